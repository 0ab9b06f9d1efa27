import PostgreSQL
import Sagas
import Support
import Testing
import Twins

@testable import Fleet

/// What every store must do about what was once in doubt: run over PostgreSQL and over its twin.
@Suite struct LookConformanceTests {
    private static let none = "[]"

    @Test(
        "V1 what was in doubt is looked at once its handoff has closed, a minute, ten, an hour and a day later",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func rounds(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.beginInDoubt()
            try await bench.move(by: .seconds(100_000))
            #expect(try await bench.takeLooks() == Self.none, "it sleeps while the handoff is open")
            try await bench.finish()
            for (round, seconds) in [(1, Int64(60)), (2, 540), (3, 3000), (4, 82_800)] {
                try await bench.move(by: .seconds(seconds) - .milliseconds(1))
                #expect(try await bench.takeLooks() == Self.none)
                try await bench.move(by: .milliseconds(1))
                #expect(try await bench.takeLooks().contains("one round \(round) token 1 attempts 0 "))
                #expect(try await bench.settleLook(.found(["X-0"])) == "end incidents 0")
            }
            try await bench.move(by: .seconds(1_000_000))
            #expect(try await bench.takeLooks() == Self.none)
            let rows = try await bench.rows("look")
            #expect(rows.count == 4 && rows.allSatisfy { $0.hasSuffix(" deal-events done - 1 0 - nothing") })
        }
    }

    @Test(
        "V1 a copy is announced before it is removed, asked for until it is gone, and never the one on the receipt",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func removal(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.beginInDoubt()
            try await bench.finish()
            try await bench.move(by: .seconds(60))
            try await bench.takeLooks()
            #expect(try await bench.settleLook(.found(["X-0", "Y-1", "Y-2"])) == "remove(\"Y-1\") incidents 0")
            #expect(try await bench.rows("look")[0].contains("running"))
            #expect(try await bench.settleLook(.found(["X-0", "Y-1", "Y-2"])) == "remove(\"Y-1\") incidents 0")
            #expect(try await bench.settleLook(.found(["X-0", "Y-2"])) == "remove(\"Y-2\") incidents 0")
            #expect(try await bench.settleLook(.kept(id: "Y-2", because: "hours are booked")) == "ask incidents 1")
            #expect(try await bench.settleLook(.found(["X-0", "Y-2"])) == "end incidents 0")
            #expect(try await bench.rows("look")[0].hasSuffix(" done - 1 0 Y-1,Y-2 removed"))
            let incidents = try await bench.rows("incident")
            #expect(incidents.count == 1 && incidents[0].contains("copy_left"))
            #expect(incidents[0].hasPrefix("incident copy/<O-1/CT-1/1>/0/Y-2 one "))
            let journal = try await bench.rows("journal").filter { $0.contains("copy") }
            #expect(journal.count == 4, "three announcements and one that it is left")
        }
    }

    @Test(
        "V1 who lost a look writes nothing, one that fails is made later, and one that never works is told",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func fencing(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.beginInDoubt()
            try await bench.finish()
            try await bench.move(by: .seconds(60))
            try await bench.takeLooks()
            try await bench.move(by: .seconds(15))
            #expect(try await bench.takeLooks().contains("round 1 token 2 "), "its lease is over")
            let before = try await bench.rows()
            for result in [
                LookOutcome.Result.found(["Y-1"]), .kept(id: "Y-1", because: "no"), .givenUp(reason: "no"),
                .later(after: .seconds(1), isAttempt: true, reason: "no"),
            ] {
                #expect(try await bench.settleLook(result, at: 0) == "end incidents 0")
            }
            #expect(try await bench.rows() == before)
            let later = LookOutcome.Result.later(after: .seconds(9), isAttempt: true, reason: "down")
            #expect(try await bench.settleLook(later) == "end incidents 0")
            try await bench.move(by: .seconds(8))
            #expect(try await bench.takeLooks() == Self.none)
            try await bench.move(by: .seconds(1))
            #expect(try await bench.takeLooks().contains("round 1 token 3 attempts 1 "))
            #expect(try await bench.settleLook(.givenUp(reason: "down")) == "end incidents 1")
            #expect(try await bench.rows("incident")[0].contains("look_failed"))
            #expect(try await bench.rows("look").map { $0.split(separator: " ")[5] } == ["done", "due"])
        }
    }

    @Test(
        "V1 while a cancellation takes the version back its looks wait, and what was undone leaves no receipt to spare",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func cancellation(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.beginInDoubt()
            try await bench.finish()
            try await bench.move(by: .seconds(60))
            try await bench.takeLooks()
            try await bench.admit(2, .cancel)
            #expect(try await bench.settleLook(.found(["X-0", "Y-1"])) == "end incidents 0", "it came in between")
            try await bench.move(by: .seconds(1000))
            #expect(try await bench.takeLooks() == Self.none)
            try await bench.take("O-1/CT-1/2")
            try await bench.commit(.compensated) { write, owner in
                write.direction = .backwards
                write.change(owner.earlier[0].id, to: .undone)
            }
            try await bench.move(by: .seconds(60))
            try await bench.takeLooks()
            #expect(try await bench.settleLook(.found(["X-0"])) == "remove(\"X-0\") incidents 0")
        }
    }

    @Test("V1 a look that is due while its cancellation ends is not put off for ever", .timeLimit(.minutes(1)))
    func cancellationEnding() async throws {
        try await TestSchema.with { schema in
            let side = PostgreSQLSide(schema: schema)
            try await side.moveClock(to: .zero)
            let bench = StoreBench(side)
            try await bench.beginInDoubt()
            try await bench.finish()
            try await bench.admit(2, .cancel)
            try await bench.move(by: .seconds(60))
            let end = Statement(
                "end_cancellation", "UPDATE handoffs SET state = 'stopped', due_at = NULL WHERE kind = 'cancel'")
            try await schema.database.transaction { transaction in
                try await transaction.pipeline([Command(end)])
                try await bench.takeLooks()
            }
            #expect(try await bench.settleLook(.found(["X-0"])) == "end incidents 0")
            #expect(try await bench.rows("look")[0].contains(" done "))
        }
    }

    @Test(
        "V1 what is on another receipt, or what deals share, is left to people", .timeLimit(.minutes(1)),
        arguments: StoreMaker.allCases)
    func inUse(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.beginInDoubt()
            try await bench.finish()
            try await bench.move(by: .seconds(60))
            try await bench.takeLooks()
            #expect(try await bench.settleLook(.found(["X-0", "X-1"])) == "end incidents 1", "the second step made it")
            try await bench.move(by: .seconds(540))
            try await bench.takeLooks()
            #expect(try await bench.settleLook(.found(["X-0", "Y-1"]), isShared: true) == "end incidents 1")
            #expect(try await bench.rows("look").map { $0.split(separator: " ").last } == ["told", "told", "-"])
        }
    }
}

extension StoreBench {
    /// A deal whose first step is called without an answer.
    func beginInDoubt() async throws {
        try await admit(1)
        try await take()
        try await commit(.running(lease: .seconds(15))) { write, owner in
            write.plan(owner)
            write.change(owner.id, to: .intent) { $0.isInDoubt = true }
        }
    }

    /// The same worker finds it, and closes the handoff.
    func finish() async throws {
        try await commit(.finished) { write, owner in
            write.change(owner.id, to: .done)
            write.change(owner.id, 1, to: .done)
        }
    }
}
