import Settings
import Support
import Testing

@testable import WorkerPrograms

@Suite struct SettingsTests {
    @Test("--check reports the problems of all modules at once")
    func together() throws {
        let environment = [
            "BATON_AMQP_URL": "nonsense", "BATON_TRIGGER_STAGES": "a=", "BATON_CRASH_AT": "nowhere",
            "BATON_LEASE": "soon",
        ]
        let problems = try #require(throws: SettingsProblems.self) { try WorkerProgram.settings(from: environment) }
        let names = Set(problems.list.map(\.name))
        #expect(names.isSuperset(of: environment.keys))
        #expect(names.isSuperset(of: ["BATON_POSTGRESQL_URL", "BATON_TARGETS_URL"]), "what is missing is named too")
    }

    @Test("a worker says which queues and which schema are missing, and ends", .timeLimit(.minutes(1)))
    func unprepared() async throws {
        try await TestBroker.with { broker in
            try await broker.deleteQueue("deal-events")
            let logFile = "/tmp/\(uniqueName("baton")).log"
            let worker = try ChildProcess(
                "deal-events-worker", arguments: ["--check"],
                environment: [
                    "BATON_AMQP_URL": broker.url, "BATON_POSTGRESQL_URL": try TestServers.postgresql,
                    "BATON_POSTGRESQL_SCHEMA": uniqueName("missing"), "BATON_TARGETS_URL": "http://127.0.0.1:9",
                ], logFile: logFile)
            #expect(await worker.waitForExit() == 78)
            #expect(worker.log.contains("queue deal-events"))
            #expect(worker.log.contains("baton topology apply"))
            #expect(worker.log.contains("baton migrate"))
        }
    }

    @Test("SIGTERM ends an idle worker in order", .timeLimit(.minutes(1)))
    func terminated() async throws {
        try await TestCompany.with { company in
            let worker = try company.startWorker("billing-schedules")
            try await eventually("it is ready for work") { worker.log.contains("ready for work") }
            worker.signal(15)
            #expect(await worker.waitForExit() == 0)
            #expect(worker.log.contains("nothing new is taken"))
        }
    }
}
