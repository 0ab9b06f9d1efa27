import AsyncHTTPClient
import Foundation
import Support
import Testing

/// More workers carry more, and a worker less loses nothing.
@Suite struct ScaleOutTests {
    private static let deals = 120
    private static let queue = "project-provisioning"
    /// What one worker has in work at once.
    private static let prefetch = 2
    private static let settings = ["BATON_PREFETCH": "\(prefetch)", "BATON_LEASE": "11s", "BATON_TICKET_LEASE": "1s"]

    @Test(
        "H15 peak calls in flight rise from c to 8c with 8 workers, killing one loses and doubles nothing, SIGTERM drains",
        .timeLimit(.minutes(3)))
    func oneToEight() async throws {
        try await TestCompany.with(workers: 0) { company in
            // Nearly all of a handoff's time is spent at the ERP, so that all that is in work is there at some moment.
            let slow = #"[{"system": "erp", "effect": "latency", "latencyMs": 400}]"#
            try await company.administer("PUT", "admin/faults", slow)
            var fleet = [try company.startWorker("deal-events")]
            var provisioning = [try company.startWorker(Self.queue, settings: Self.settings)]
            try await publish(to: company)
            try await eventually("eight projects are made by one worker") { try made(by: company) >= 8 }
            #expect(try await peak(of: company) == Self.prefetch)

            for _ in 1..<8 { provisioning.append(try company.startWorker(Self.queue, settings: Self.settings)) }
            try await eventually("eight workers have all that they may in work") {
                try await peak(of: company) >= 8 * Self.prefetch
            }

            let drained = provisioning.removeLast()
            drained.signal(SIGTERM)
            #expect(await drained.waitForExit() == 0)
            #expect(try await company.value("SELECT count(*) FROM handoffs WHERE takeovers > 0") == "0")
            #expect(try made(by: company) < Self.deals, "all was over before a worker was killed")
            let killed = provisioning.removeLast()
            killed.signal(SIGKILL)
            await killed.waitForExit()

            // Later stages call the ERP too, so this is the last moment at which its peak is provisioning's alone.
            #expect(try await peak(of: company) == 8 * Self.prefetch)
            try await company.administer("DELETE", "admin/faults")
            for queue in ["billing-schedules", "status-feedback"] { fleet.append(try company.startWorker(queue)) }
            try await eventually("all are finished", within: .seconds(90)) {
                try await company.value("SELECT count(*) FROM handoffs WHERE state = 'finished'") == "\(Self.deals)"
            }
            var once: [String: Int] = [:]
            for effect in try company.effects() where effect.verb.hasPrefix("create_") {
                once["\(effect.verb) \(effect.key)", default: 0] += 1
            }
            #expect(once.filter { $0.value > 1 }.isEmpty)
            #expect(try made(by: company) == Self.deals)
            for worker in fleet + provisioning { worker.signal(SIGTERM) }
            for worker in fleet + provisioning { #expect(await worker.waitForExit() == 0) }
        }
    }

    private func publish(to company: TestCompany) async throws {
        for number in 1...Self.deals {
            // A customer each: nothing is shared, so nothing waits for another.
            let event = try TestDeals.event(
                opportunity: "O-\(number)", contract: "CT-\(number)", customer: "Buyer \(number)",
                taxID: "TAX-\(number)")
            #expect(await company.publish(event) == .confirmed)
        }
    }

    private func made(by company: TestCompany) throws -> Int {
        try company.effects().count { $0.verb == "create_project" }
    }

    /// The most calls that were ever in flight at the ERP.
    private func peak(of company: TestCompany) async throws -> Int {
        struct Gauge: Decodable { var peak: Int }
        let url = company.targets.appending(path: "admin/peaks").absoluteString
        let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(10))
        let body = try await response.body.collect(upTo: 65_536)
        return try JSONDecoder().decode([String: Gauge].self, from: Data(body.readableBytesView))["erp"]?.peak ?? 0
    }
}
