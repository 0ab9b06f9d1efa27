import Foundation
import Support
import Testing

extension Fleets {
    /// Many deals at once: 20,000 of them are a stage of `.ci/long`.
    @Suite(.serialized) struct BurstTests {
        private static let deals = Int(ProcessInfo.processInfo.environment["BATON_TEST_BURST"] ?? "") ?? 160
        /// What one worker has in work at once, and how many tickets of a queue are out.
        private static let inFlight = max(6, deals / 500)
        private static let window = inFlight
        private static let workers = 2
        /// How many younger handoffs may go before one at one stage, and there are four: those whose tickets are out go in the
        /// order of the broker, and those in work in that of their answers. Two transactions that fill a window at once do
        /// not see each other, so each worker may fill it.
        private static let places = 4 * workers * (inFlight + window)
        /// A debug worker by itself is at 70 MiB. What it holds beside that are messages, 32 MiB of them at the most
        /// (`BATON_PREFETCH_BYTES`), in a buffer and once decoded, whatever stands in line; a leak of 4 KiB for each of
        /// 20,000 deals would show.
        private static let mostMemory = 134

        @Test(
            "H11 in a burst the oldest go first, memory is bounded, and no target is charged for our own host",
            .timeLimit(.minutes(90)))
        func inOrder() async throws {
            let deals = Self.deals
            // Whoever stands behind a busy worker is overtaken for as long as that: by less than those places.
            let settings = [
                "BATON_IN_FLIGHT": "\(Self.inFlight)", "BATON_TICKET_WINDOW": "\(Self.window)",
                "BATON_TICKET_PATIENCE": "200ms", "BATON_SWEEP_INTERVAL": "500ms",
            ]
            try await TestCompany.with(workers: 0) { company in
                let fleet = try company.start(count: Self.workers, settings: settings)
                for number in 1...deals {
                    await company.send(
                        try TestDeals.event(
                            opportunity: "O-\(number)", contract: "CT-\(number)", customer: "Customer \(number)",
                            taxID: "DE\(100_000_000 + number)"))
                }
                let takenIn = try await Self.watch(company, deals)
                // What the CRM is told comes after the work itself.
                try await company.finished(deals, within: .seconds(60 + deals / 10))
                #expect(takenIn.count > 1, "nobody looked while there was a backlog")
                // An age cannot fall while more came in a second than go out in one. What must not be is that somebody is
                // left behind: whoever is the oldest has let no more than those places go before.
                let overtaken = takenIn.map(\.overtaken).max() ?? 0
                print(
                    "\(deals) deals at once: \(overtaken) younger ones at the most went before the oldest that was open"
                )
                #expect(overtaken <= Self.places)
                #expect(try await company.value("SELECT sum(attempts) FROM steps") == "0")
                #expect(try await company.value("SELECT sum(planning_attempts) FROM handoffs") == "0")
                #expect(try await company.value("SELECT coalesce(sum(openings), 0) FROM targets") == "0")

                let peaks = try fleet.map { try Self.peakMemory(of: $0) }
                print("\(deals) deals at once: peak memory in MiB \(peaks)")
                #expect(peaks.allSatisfy { $0 <= Self.mostMemory }, "\(peaks)")
                #expect(await company.stop(fleet).allSatisfy { $0 == 0 })
            }
        }

        /// How many are closed, and how many of them came after the oldest that is open.
        private struct Look {
            var closed: Int
            var overtaken: Int
        }

        /// Looks at the line from the moment when all are taken in until all are closed. What one transaction took in came
        /// together: of that nobody is older.
        private static func watch(_ company: TestCompany, _ deals: Int) async throws -> [Look] {
            var looks: [Look] = []
            // Each look reads the whole line.
            let pause = Duration.milliseconds(deals > 1000 ? 5000 : 100)
            var next = ContinuousClock.now
            try await eventually("all are closed", within: .seconds(150 + deals / 4)) {
                guard ContinuousClock.now >= next else { return false }
                next = .now + pause
                let numbers =
                    try await company.value(
                        """
                        SELECT concat_ws(' ', count(*), count(*) FILTER (WHERE NOT open), count(*) FILTER (WHERE NOT open
                            AND created_at > (SELECT min(created_at) FROM handoffs WHERE open))) FROM handoffs
                        """)?.split(separator: " ").compactMap { Int($0) } ?? []
                if numbers[0] < deals { return false }
                looks.append(Look(closed: numbers[1], overtaken: numbers[2]))
                return numbers[1] == deals
            }
            // Of the last one nobody was open.
            return looks.dropLast()
        }

        /// The most memory that a process ever had, in MiB.
        private static func peakMemory(of process: ChildProcess) throws -> Int {
            let status = try String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
            return try #require(line.split(separator: " ").compactMap { Int($0) }.first) / 1024
        }
    }
}
