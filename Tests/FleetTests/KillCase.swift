import Foundation
import RabbitMQ
import Support

@testable import Fleet

/// One worker killed at one point of its way: what happened, what was left, and how it was repaired.
struct KillCase: Sendable, Hashable {
    let point: CrashPoint
    let queue: String

    /// Every point in every worker that can reach it.
    static let all: [KillCase] = CrashPoint.allCases.flatMap { point in
        TestCompany.queues.map { KillCase(point: point, queue: $0) }
    }.filter { $0.whyUnreachable == nil }

    /// Why this worker never passes this point.
    var whyUnreachable: String? {
        switch (point, queue) {
        case (.deliveryBeforeCommit, "deal-events"): nil
        case (.deliveryBeforeCommit, _): "only intake commits what a delivery brings"
        case (.intentBeforeCall, "deal-events"), (.answerBeforeOutcome, "deal-events"): "it plans and calls no target"
        case (.answerBeforeOutcome, "billing-schedules"): "its target answers 202; a read-back brings the outcome"
        case (.acceptedBeforeNoted, "billing-schedules"): nil
        case (.acceptedBeforeNoted, _): "its targets answer at once"
        case (.undoIntentBeforeCall, _), (.undoAnswerBeforeOutcome, _): "no deal of this case is undone"
        default: nil
        }
    }

    /// What must hold in the store right after the death; nil where the store looks as if nothing had happened.
    var leftBehind: String? {
        switch point {
        case .deliveryBeforeCommit: "(SELECT count(*) FROM events) = 0"
        case .commitBeforePublish where queue == "deal-events":
            "EXISTS (SELECT FROM handoffs WHERE state = 'ready' AND queue = 'deal-events')"
        case .leaseBeforeIntent: "EXISTS (SELECT FROM handoffs WHERE state = 'running' AND queue = '\(queue)')"
        case .intentBeforeCall, .answerBeforeOutcome, .acceptedBeforeNoted:
            "EXISTS (SELECT FROM steps WHERE state = 'intent' AND queue = '\(queue)')"
        case .incidentBeforeCopy: "EXISTS (SELECT FROM incidents WHERE queue = '\(queue)' AND state = 'open')"
        case .sweepBeforePublish: "EXISTS (SELECT FROM handoffs WHERE state = 'ready')"
        case .commitBeforePublish, .publishBeforeAck, .undoIntentBeforeCall, .undoAnswerBeforeOutcome: nil
        }
    }

    private static let deals = 4
    private static let patient = ["BATON_LEASE": "10m", "BATON_SWEEP_INTERVAL": "60s", "BATON_TICKET_LEASE": "5m"]
    private static let hurried = ["BATON_LEASE": "11s", "BATON_SWEEP_INTERVAL": "100ms", "BATON_TICKET_LEASE": "1s"]

    /// Kills the worker, replaces it, and answers everything that is not as it should be.
    func run() async throws -> [String] {
        let complaints = Complaints()
        try await TestCompany.with(workers: 0) { company in
            let fleet = Workers(company: company)
            do {
                let victim = try await killVictim(of: fleet)
                if !victim.wasKilled { complaints.note("it ended by itself: \(victim.log.suffix(500))") }
                if let leftBehind, try await company.value(leftBehind) != "true" {
                    complaints.note("not found after its death: \(leftBehind)")
                }
                try fleet.start(queue, Self.hurried)
                try await untilAllEnded(company)
                try await check(company, complaints)
            } catch {
                complaints.note("\(error)")
            }
            await fleet.stop()
        }
        return complaints.all
    }

    private func killVictim(of fleet: Workers) async throws -> ChildProcess {
        var doomed = Self.hurried
        doomed["BATON_CRASH_AT"] = point.rawValue
        let company = fleet.company
        if point == .sweepBeforePublish {
            // Only the victim sweeps, and only once there is something that a lost sweep could lose.
            for name in TestCompany.queues { try fleet.start(name, Self.patient) }
            try await publish(to: company)
            try await eventually("something is due") {
                try await company.value("SELECT count(*) FROM handoffs WHERE state = 'waiting' AND due_at < now()")
                    != "0"
            }
        } else {
            for name in TestCompany.queues where name != queue { try fleet.start(name, Self.hurried) }
            try await publish(to: company)
        }
        let victim = try fleet.start(queue, doomed)
        try await eventually("it dies: \(victim.log.suffix(500))", within: .seconds(60)) { !victim.isRunning }
        await victim.waitForExit()
        return victim
    }

    private func publish(to company: TestCompany) async throws {
        for number in 1...Self.deals {
            let taxID = number % 2 == 0 ? "DE811907980" : "DE136695976"
            _ = await company.publish(
                try TestDeals.event(opportunity: "O-\(number)", contract: "CT-\(number)", taxID: taxID))
        }
        _ = await company.publish(Array("{\"not\": \"a deal\"}".utf8))
        guard point == .incidentBeforeCopy, queue != "deal-events" else { return }
        _ = await company.publisher.publish([
            Message(
                exchange: "work", routingKey: queue, properties: Properties(messageID: "stray"),
                body: Array("no ticket".utf8))
        ])
    }

    private var incidents: Int { point == .incidentBeforeCopy && queue != "deal-events" ? 2 : 1 }

    private func untilAllEnded(_ company: TestCompany) async throws {
        try await eventually("every deal has ended as expected", within: .seconds(60)) {
            try await company.value(
                """
                (SELECT count(*) FROM handoffs WHERE state = 'finished') = \(Self.deals)
                AND NOT EXISTS (SELECT FROM handoffs WHERE open)
                AND NOT EXISTS (SELECT FROM mirrors WHERE due_at IS NOT NULL)
                AND (SELECT count(*) FROM incidents WHERE state = 'open' AND due_at IS NULL) = \(incidents)
                """) == "true"
        }
    }

    private func check(_ company: TestCompany, _ complaints: Complaints) async throws {
        var effects: [String: Int] = [:]
        var verbs: [String: Int] = [:]
        for effect in try company.effects() {
            effects["\(effect.verb) \(effect.key)", default: 0] += 1
            verbs[effect.verb, default: 0] += 1
        }
        for (effect, count) in effects where count > 1 { complaints.note("\(count) times: \(effect)") }
        verbs["write_handoff"] = nil
        // A customer that was read back is compared by the next deal, which may say the same once more.
        verbs["update_customer"] = nil
        let expected = [
            "create_customer": 2, "create_project": Self.deals, "create_tasks": Self.deals,
            "create_billing_schedule": Self.deals, "activate_project": Self.deals,
        ]
        if verbs != expected { complaints.note("effects are \(verbs)") }
        let broken = try await company.value("SELECT count(*) FROM broken_journals()")
        if broken != "0" { complaints.note("\(broken ?? "-") breaks in the journal") }
        var copies = 0
        for name in TestCompany.queues {
            copies += try await company.publisher.depth(of: "\(name).dead")?.messages ?? 0
        }
        // A sweeper may copy an incident while its own worker does: never too few, and the incident's id tells them.
        if copies < incidents { complaints.note("\(copies) copies of \(incidents) incidents") }
    }
}

/// The worker processes of one case.
private final class Workers: Sendable {
    let company: TestCompany
    private let processes = Locked<[ChildProcess]>([])

    init(company: TestCompany) {
        self.company = company
    }

    @discardableResult
    func start(_ queue: String, _ settings: [String: String]) throws -> ChildProcess {
        let process = try company.startWorker(queue, settings: settings)
        processes.change { $0.append(process) }
        return process
    }

    func stop() async {
        for process in processes.value { process.signal(SIGTERM) }
        for process in processes.value { await process.waitForExit() }
    }
}

/// What was not as it should be.
final class Complaints: Sendable {
    private let texts = Locked<[String]>([])

    var all: [String] { texts.value }
    func note(_ text: String) { texts.change { $0.append(text) } }
}
