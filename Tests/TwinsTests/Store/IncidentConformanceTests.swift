import Sagas
import Testing
import Workers

@testable import Fleet

/// What every store must do with messages that can never be taken: run over PostgreSQL and over its twin.
@Suite struct IncidentConformanceTests {
    @Test(
        "SUP-2.2 a repeat is counted while its case is open, and opens the next round after a discard",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func repeats(maker: StoreMaker) async throws {
        try await maker.with { bench in
            let cause = "raw/deal-events/abc/0"
            #expect(try await bench.open(cause))
            #expect(try await !bench.open(cause))
            #expect(try await !bench.open(cause, countsRepeat: false), "handed out again: perhaps the same one")
            #expect(try await bench.rows("incident").map(Self.repeats) == ["1"])
            try await bench.side.discardMessages(cause)
            #expect(try await bench.open(cause, countsRepeat: false), "nothing is swallowed after a discard")
            #expect(try await !bench.open(cause))
            let rows = try await bench.rows("incident")
            #expect(rows.map { $0.split(separator: " ")[1] } == [cause[...], "raw/deal-events/abc/1"])
            #expect(rows.map { $0.split(separator: " ")[8] } == ["0", "1"], "rounds")
            #expect(rows.map { $0.split(separator: " ")[9] } == ["t", "f"], "one case")
            #expect(rows.map(Self.repeats) == ["1", "1"])
        }
    }

    @Test(
        "SUP-2.2 which round it is the rows tell, whatever the message says of itself",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func rounds(maker: StoreMaker) async throws {
        try await maker.with { bench in
            #expect(try await bench.open("raw/q/abc/1"), "it says that it was sent once, and nobody sent it")
            #expect(try await !bench.open("raw/q/abc/0"))
            #expect(try await !bench.open("raw/q/abc/9"))
            try await bench.side.discardMessages("raw/q/abc/0")
            #expect(try await bench.open("raw/q/abc/7"))
            #expect(
                try await bench.rows("incident").map { $0.split(separator: " ")[1] } == [
                    "raw/q/abc/0", "raw/q/abc/1",
                ])
        }
    }

    @Test(
        "SUP-2.4 all rounds of a case began when its first failure did", .timeLimit(.minutes(1)),
        arguments: StoreMaker.allCases)
    func since(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1)
            try await bench.take()
            try await bench.move(by: .seconds(10))
            try await bench.commit(.waiting(.init(cause: .unavailable(.failure), time: .seconds(1)))) { write, owner in
                write.plan(owner)
            }
            for _ in 0..<2 {
                try await bench.move(by: .seconds(20))
                try await bench.sweep()
                try await bench.take()
                try await bench.commit(.waiting(.init(cause: .unavailable(.failure), time: .seconds(1))))
            }
            #expect(try await bench.rows("handoff").map(Self.last) == ["10000"])
            try await bench.move(by: .seconds(20))
            try await bench.sweep()
            try await bench.take()
            try await bench.commit(.parked(.init(incidentClass: .attemptsUsedUp, story: "no", step: "one")))
            #expect(try await bench.rows("incident").map { $0.split(separator: " ")[12] } == ["10000"])
        }
    }

    @Test(
        "SUP-2.4 trouble is over when a step passes", .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func passed(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1)
            try await bench.take()
            try await bench.commit(.waiting(.init(cause: .unavailable(.failure), time: .seconds(1)))) { write, owner in
                write.plan(owner)
            }
            try await bench.move(by: .seconds(20))
            try await bench.sweep()
            try await bench.take()
            try await bench.commit(.running(lease: .seconds(15))) { write, owner in write.change(owner.id, to: .done) }
            #expect(try await bench.rows("handoff").map(Self.last) == ["-"])
            try await bench.move(by: .seconds(1))
            try await bench.commit(.waiting(.init(cause: .unavailable(.failure), time: .seconds(1))))
            #expect(try await bench.rows("handoff").map(Self.last) == ["21000"])
        }
    }

    @Test(
        "SUP-2.1 a version that is accepted closes what was refused of its contract before",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func accepted(maker: StoreMaker) async throws {
        try await maker.with { bench in
            let refused: [(String, String?, Int?)] = [
                ("same", "CT-1", 2), ("earlier", "CT-1", 1), ("later", "CT-1", 3), ("other", "CT-2", 1),
                ("unreadable", nil, nil), ("half", "CT-1", nil),
            ]
            for (name, contract, version) in refused {
                _ = try await bench.open(
                    "raw/q/\(name)/0", .wrongSchema, opportunity: "O-1", contract: contract, version: version)
            }
            _ = try await bench.open(
                "raw/q/abuse/0", .sourceMismatch, opportunity: "O-1", contract: "CT-1", version: 1)
            _ = try await bench.open(
                "raw/q/elsewhere/0", .wrongSchema, opportunity: "O-2", contract: "CT-1", version: 1)
            try await bench.admit(2)
            let closed = try await bench.rows("incident").filter { $0.contains(" closed superseded ") }
            #expect(
                closed.map { $0.split(separator: " ")[1] } == [
                    "raw/q/earlier/0", "raw/q/half/0", "raw/q/same/0", "raw/q/unreadable/0",
                ])
        }
    }

    @Test(
        "SUP-2.1 the CRM is told of a refused deal, unless a version that runs or is later says more",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func told(maker: StoreMaker) async throws {
        try await maker.with { bench in
            func refuse(_ version: Int) async throws {
                _ = try await bench.open(
                    "raw/q/\(version)/0", .wrongSchema, opportunity: "O-1", contract: "CT-1", version: version,
                    status: "blocked")
            }
            func wanted() async throws -> [String] {
                try await bench.rows("status").map { String($0.split(separator: " ")[7]) }
            }
            try await refuse(1)
            #expect(try await wanted() == ["blocked"])
            #expect(try await bench.sweep().contains("status of O-1 to status-feedback"))
            try await bench.takeStatus()
            #expect(try await bench.settle(.written) == "[]")
            try await bench.admit(2)
            try await bench.take("O-1/CT-1/2")
            try await bench.commit(.running(lease: .seconds(15))) { write, _ in
                write.status = StoreBench.status("validating")
            }
            try await refuse(3)
            #expect(try await wanted() == ["validating"], "version 2 runs")
            try await bench.commit(.finished) { write, _ in write.status = StoreBench.status("ready") }
            try await bench.move(by: .seconds(1))
            _ = try await bench.open(
                "raw/q/late/0", .wrongSchema, opportunity: "O-1", contract: "CT-1", version: 2, status: "blocked")
            #expect(try await wanted() == ["ready"], "not below a version that is known")
            try await refuse(4)
            #expect(try await wanted() == ["blocked"])
        }
    }

    @Test(
        "SUP-2.1 a status that a system will not show is filed under its deal", .timeLimit(.minutes(1)),
        arguments: StoreMaker.allCases)
    func refusedStatus(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1, status: "received")
            try await bench.takeStatus()
            _ = try await bench.settle(.refused(for: .seconds(60), reason: "no such opportunity"))
            #expect(try await bench.rows("incident").map { $0.contains(" O-1 CT-1 1 ") } == [true])
        }
    }

    private static func repeats(_ row: String) -> String { last(row) }
    private static func last(_ row: String) -> String { row.split(separator: " ").last.map(String.init) ?? "" }
}
