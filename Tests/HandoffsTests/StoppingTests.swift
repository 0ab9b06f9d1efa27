import Foundation
import Support
import Testing

extension Fleets {
    /// How workers end when what they need is not there, or does not answer.
    @Suite(.serialized) struct StoppingTests {
        private static let brief = ["BATON_DRAIN_TIME": "1s", "BATON_CANCEL_TIME": "1s"]

        @Test(
            "V6 a database without the worker's role, or without a schema, ends it with 78 and a sentence",
            .timeLimit(.minutes(1)))
        func unprepared() async throws {
            try await TestCompany.with(workers: 0) { company in
                let stranger = try TestServers.postgresql.replacing("//postgres@", with: "//baton_nobody@")
                let noRole = try company.startWorker("billing-schedules", settings: ["BATON_POSTGRESQL_URL": stranger])
                #expect(await noRole.waitForExit() == 78)
                #expect(noRole.log.contains("baton migrate"), "\(noRole.log)")
                let noSchema = try company.startWorker(
                    "billing-schedules", settings: ["BATON_POSTGRESQL_SCHEMA": "nothing_here"])
                #expect(await noSchema.waitForExit() == 78)
                #expect(noSchema.log.contains("run 'baton migrate'"), "\(noSchema.log)")
            }
        }

        @Test("V6 a worker whose targets are frozen ends in its time, with a code and no trap", .timeLimit(.minutes(1)))
        func frozenTargets() async throws {
            try await TestCompany.with(workers: 0) { company in
                try await company.faults(#"[{"verb":"create_customer","effect":"latency","latencyMs":30000}]"#)
                let fleet = try company.start(
                    ["deal-events", "project-provisioning"], settings: Self.brief)
                await company.send(try TestDeals.event(opportunity: "O-1"))
                try await eventually("it is in the middle of a call") {
                    try await company.value("SELECT count(*) FROM steps WHERE state = 'intent'") == "1"
                }
                let start = ContinuousClock.now
                let codes = await company.stop(fleet)
                #expect(codes.allSatisfy { $0 == 0 || $0 == 75 }, "\(codes)")
                #expect(fleet.allSatisfy { !$0.wasKilled })
                #expect(ContinuousClock.now - start < .seconds(12))
            }
        }

        @Test(
            "V6 a worker whose broker or database is frozen ends in its time, with a code and no trap",
            .timeLimit(.minutes(1)), arguments: ["BATON_AMQP_URL", "BATON_POSTGRESQL_URL"])
        func frozenServer(setting: String) async throws {
            try await TestCompany.with(workers: 0) { company in
                let isBroker = setting == "BATON_AMQP_URL"
                var (relay, through) = try FrozenRelay.before(
                    isBroker ? company.broker.url : try TestServers.postgresql)
                defer { relay.stop() }
                if !isBroker { through = through.replacing("//postgres@", with: "//baton_project_provisioning@") }
                #expect(through.contains(":\(relay.port)/"), "\(through)")
                try await company.faults(#"[{"verb":"create_customer","effect":"latency","latencyMs":30000}]"#)
                let events = try company.startWorker("deal-events", settings: Self.brief)
                let worker = try company.startWorker(
                    "project-provisioning", settings: Self.brief.merging([setting: through]) { $1 })
                await company.send(try TestDeals.event(opportunity: "O-1"))
                try await eventually("it is in the middle of a call") {
                    try await company.value("SELECT count(*) FROM steps WHERE state = 'intent'") == "1"
                }
                relay.freeze()
                let start = ContinuousClock.now
                let codes = await company.stop([worker])
                #expect(codes == [0] || codes == [75], "\(codes): \(worker.log)")
                #expect(!worker.wasKilled)
                #expect(ContinuousClock.now - start < .seconds(12))
                #expect(await company.stop([events]) == [0])
            }
        }

        @Test(
            "V6 under the broker's memory alarm workers end in their time, with a code and no trap, and lose nothing",
            .timeLimit(.minutes(1)))
        func alarm() async throws {
            try await TestCompany.with(workers: 0) { company in
                let (relay, through) = try FrozenRelay.before(company.broker.url)
                defer { relay.stop() }
                let answers = try await Mailbox.ofAnswers(at: company.broker)
                let queues = ["deal-events", "project-provisioning"]
                // The call takes effect after the workers have left, and within the time that is left to it.
                try await company.faults(
                    #"[{"verb":"create_customer","effect":"latency","latencyMs":5000,"count":1}]"#)
                let times = [
                    "BATON_SEND_WINDOW": "1s", "BATON_ERP_CALL_BUDGET": "6s", "BATON_ERP_SETTLING_TIME": "1s",
                    "BATON_LEASE": "11s",
                ]
                let fleet = try company.start(
                    queues, settings: Self.brief.merging(times) { $1 }.merging(["BATON_AMQP_URL": through]) { $1 })
                await company.send(try TestDeals.event(opportunity: "O-1", contract: "CT-1"))
                try await eventually("it is in the middle of a call") {
                    try await company.value("SELECT count(*) FROM steps WHERE state = 'intent'") == "1"
                }
                relay.raiseAlarm()
                await company.send(
                    try TestDeals.event(
                        opportunity: "O-2", contract: "CT-2", customer: "Buyer GmbH", taxID: "DE100000002"))
                try await eventually("another has come in whose answer cannot go out") {
                    try await company.value("SELECT count(*) FROM handoffs") == "2"
                }
                #expect(try await company.value("SELECT count(*) FROM steps WHERE state = 'intent'") == "1")
                let start = ContinuousClock.now
                let codes = await company.stop(fleet)
                #expect(codes.allSatisfy { $0 == 0 || $0 == 75 }, "\(codes): \(fleet.map(\.log))")
                #expect(fleet.allSatisfy { !$0.wasKilled })
                #expect(ContinuousClock.now - start < .seconds(12))
                #expect(fleet.contains { $0.log.contains("low on memory") }, "the alarm was seen")
                #expect(try await answers.all().count == 1, "what was published before it")

                let others = try company.start(queues, settings: times)
                try await eventually("others have gone on with both", within: .seconds(25)) {
                    try await company.count("handoffs WHERE queue = 'billing-schedules' AND state = 'ready'") == 2
                }
                let made = try company.made().filter { $0.key.hasPrefix("create_") }
                #expect(made == ["create_customer": 2, "create_project": 2, "create_tasks": 2], "\(made)")
                #expect(Set(try await answers.dispositions(2).compactMap(\.data.handoff)).count == 2)
                #expect(await company.stop(others) == [0, 0])
            }
        }
    }
}
