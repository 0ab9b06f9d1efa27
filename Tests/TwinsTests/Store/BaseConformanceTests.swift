import PostgreSQL
import Sagas
import Testing
import Twins
import Workers

@testable import Fleet

/// Change orders whose base is not there, and the statuses of their contracts, in every store.
@Suite struct BaseConformanceTests {
    @Test(
        "V5 a change order whose base can never come is told at once, and a later complete version takes its place",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func overtaken(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(2, .change(base: 1), status: "received")
            #expect(try await bench.rows("incident") == [])
            try await bench.admit(3)
            #expect(try await bench.rows("incident").count == 1)
            #expect(try await bench.rows("incident").first?.contains("base_stale f open") == true)
            #expect(try await bench.sweep().contains("base_stale"), "its copy goes out")
            #expect(try await bench.takeStatus().hasSuffix("of CT-1 asks [\"2 baseStale\"]"))
            #expect(try await bench.admit(1).hasPrefix("stale"))
            #expect(try await bench.take("O-1/CT-1/3").hasPrefix("token 1"), "the lane is free")
            try await bench.admit(4)
            let rows = try await bench.rows()
            #expect(rows.contains { $0.contains("base_stale f closed superseded") })
            #expect(rows.contains { $0.hasPrefix("handoff <O-1/CT-1/2>") && $0.contains(" stopped ") })
            #expect(try await bench.settle(.written) == "[\"status of O-1 to status-feedback\"]", "told once more")
            #expect(try await bench.takeStatus().hasSuffix("of CT-1"))
        }
    }

    @Test(
        "V5 a change order that comes after all hope is told at once; so is one that was told of as missing, in its case",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func late(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(2)
            try await bench.admit(3, .change(base: 1))
            #expect(try await bench.rows("incident").first?.contains("base_stale f open") == true)
            try await bench.admit(2, .change(base: 1), opportunity: "O-2")
            try await bench.move(by: .seconds(3600))
            try await bench.sweep()
            #expect(try await bench.rows("incident").contains { $0.contains("base_missing f open - 0 t") })
            try await bench.admit(3, opportunity: "O-2")
            let rows = try await bench.rows("incident")
            #expect(rows.contains { $0.contains("base_missing f closed superseded") })
            #expect(rows.contains { $0.contains("<O-2/CT-1/2>") && $0.contains("base_stale f open - 1 f") }, "\(rows)")
            try await bench.admit(3, .cancel, opportunity: "O-3")
            try await bench.admit(5, .change(base: 1), opportunity: "O-3")
            #expect(try await bench.rows("incident").filter { $0.contains("base_stale f open") }.count == 3)
        }
    }

    @Test(
        "V5 a base that waits its turn in a busy lane is not given up", .timeLimit(.minutes(1)),
        arguments: StoreMaker.allCases)
    func busy(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1, contract: "CT-2")
            try await bench.admit(2, .change(base: 1))
            try await bench.admit(3)
            #expect(try await bench.rows("incident") == [], "version 3 has not begun")
            #expect(try await bench.admit(1) == "accepted []")
            try await bench.take("O-1/CT-2/1")
            #expect(try await bench.commit(.finished).contains("<O-1/CT-1/1> to deal-events"))
            try await bench.take()
            #expect(try await bench.commit(.finished).contains("<O-1/CT-1/2> to deal-events"))
            #expect(try await bench.rows("incident") == [])
        }
    }

    @Test(
        "V5 the owner that lets a later version begin tells of the change order that it overtakes",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func released(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1, contract: "CT-2")
            try await bench.admit(2, .change(base: 1))
            try await bench.admit(3)
            try await bench.take("O-1/CT-2/1")
            #expect(try await bench.commit(.finished).contains("<O-1/CT-1/3> to deal-events"))
            #expect(try await bench.rows("incident").map { $0.contains("base_stale f open") } == [true])
        }
    }

    @Test(
        "V5 a change order upon one that is lost is lost with it, never runs, and is replaced with it",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func upon(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(2, .change(base: 1))
            try await bench.admit(4, .change(base: 2))
            try await bench.admit(3)
            try await bench.admit(5, .change(base: 4))
            let told = { try await bench.rows("incident").filter { $0.contains("base_stale f open") }.count }
            #expect(try await told() == 3)
            try await bench.giveUp("O-1/CT-1/2", .baseStale)
            #expect(try await told() == 2)
            try await bench.take("O-1/CT-1/3")
            #expect(try await bench.commit(.finished).hasPrefix("owner true []"), "nothing lost becomes the head")
            #expect(try await bench.admit(6) == #"accepted ["<O-1/CT-1/6> to deal-events"]"#)
            #expect(try await told() == 0)
            let states = try await bench.rows("handoff").map { String($0.split(separator: " ")[6]) }
            #expect(states == ["discarded", "finished", "stopped", "stopped", "ready"])
        }
    }

    @Test(
        "V5 a change order whose base is overtaken by a version that ends without having begun is told at once",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func overtakenByNothing(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(3, .change(base: 1))
            try await bench.admit(5, .change(base: 4))
            try await bench.move(by: .seconds(3600))
            try await bench.sweep()
            let told = { try await bench.rows("incident").filter { $0.contains("base_stale f open") } }
            #expect(try await told() == [])
            try await bench.giveUp("O-1/CT-1/5", .baseMissing)
            #expect(try await told().map { $0.contains("base/stale/<O-1/CT-1/3>") } == [true])
            #expect(try await bench.admit(1).hasPrefix("stale"), "so it is true")
        }
    }

    @Test(
        "V5 change orders that are called off together are not told of as lost on the way",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func calledOffTogether(maker: StoreMaker) async throws {
        try await maker.with { bench in
            for version in [2, 3] { try await bench.admit(version, .change(base: 1)) }
            try await bench.move(by: .seconds(3600))
            try await bench.sweep()
            try await bench.admit(5, .cancel)
            let rows = try await bench.rows("incident")
            #expect(rows.map { $0.contains("base_missing f closed cancelled") } == [true, true], "\(rows)")
        }
    }

    @Test(
        "V5 a base that is told of as missing at the moment in which it is lost leaves one question open",
        .timeLimit(.minutes(1)))
    func lostWhileMissing() async throws {
        try await StoreMaker.postgresql.with { bench in
            try await bench.admit(1, contract: "CT-2")
            try await bench.admit(2, .change(base: 1))
            try await bench.admit(3)
            try await bench.take("O-1/CT-2/1")
            try await bench.move(by: .seconds(3600))
            guard let side = bench.side as? PostgreSQLSide else { return }
            let database = side.schema.database
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await database.transaction { transaction in
                    _ = try await transaction.pipeline([
                        Command(SweepTransactions.missingBases, 10, IncidentClass.baseMissing.owner.rawValue)
                    ])
                    group.addTask { try await bench.commit(.finished) }
                    let waits = Statement(
                        unprepared: "SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
                    )
                    while try await transaction.query(waits).isEmpty {}
                }
                try await group.waitForAll()
            }
            let rows = try await bench.rows("incident")
            #expect(rows.filter { $0.contains(" f open ") }.map { $0.contains("base_stale") } == [true], "\(rows)")
            #expect(rows.contains { $0.contains("base_missing f closed superseded") }, "\(rows)")
        }
    }

    @Test("V5 a worker of the version before does not begin what is lost", .timeLimit(.minutes(1)))
    func begunByOlder() async throws {
        try await StoreMaker.postgresql.with { bench in
            try await bench.admit(2, .change(base: 1))
            try await bench.admit(3)
            guard let side = bench.side as? PostgreSQLSide else { return }
            let begun = try await side.schema.database.query(
                Statement(
                    unprepared: """
                        UPDATE handoffs SET state = 'ready', due_at = clock(now())
                        WHERE state = 'behind' AND lane_member RETURNING id
                        """))
            #expect(begun.isEmpty)
            try await bench.take("O-1/CT-1/3")
            #expect(try await bench.commit(.finished).hasPrefix("owner true []"))
        }
    }

    @Test(
        "V2 two contracts of one opportunity each have their status, each with versions of its own",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func contracts(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1, status: "received")
            try await bench.admit(1, contract: "CT-2", status: "received")
            try await bench.take()
            try await bench.commit(.finished) { write, _ in write.status = StoreBench.status("ready") }
            #expect(try await bench.takeStatus() == "token 1 version 2 ready attempts 0 waits false of CT-1")
            #expect(
                try await bench.takeStatus(of: "O-1", "CT-2")
                    == "token 1 version 2 received attempts 0 waits false of CT-2",
                "it began above what was told of the other, which an older worker told as the opportunity's")
            #expect(try await bench.settle(.refused(for: .seconds(60), reason: "no"), at: 0).hasSuffix("incident"))
            #expect(try await bench.settle(.written, at: 1) == "[]", "and the refusal of the other stays open")
            let refusals = try await bench.rows("incident")
            #expect(refusals.count == 1 && refusals[0].contains("status_refused f open"), "\(refusals)")
            #expect(refusals.allSatisfy { $0.contains(" O-1 CT-1 1 ") })
            #expect(
                try await bench.open("raw/q/1/0", opportunity: "O-1", contract: "CT-2", version: 2, status: "blocked"))
            #expect(try await bench.rows("status").count == 2)
        }
    }
}
