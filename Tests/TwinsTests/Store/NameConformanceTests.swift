import Sagas
import Testing
import Twins

@testable import Fleet

/// What every store does with an opportunity that its source knows by several ids, and with a signature that settles what
/// another one held up: run over PostgreSQL and over its twin.
@Suite struct NameConformanceTests {
    @Test(
        "CASE-K5 a deal that was merged is one opportunity, whether it was handed over before the merge or after it",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func merged(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1, opportunity: "111")
            #expect(try await bench.admit(2, opportunity: "333", names: ["111", "222"]) == "elsewhere 111")
            #expect(try await bench.rows("name").isEmpty, "nothing is recorded of what goes elsewhere")
            #expect(try await bench.admit(2, opportunity: "111", names: ["222", "333"]).hasPrefix("accepted ["))
            #expect(try await bench.rows("name") == ["name 222 111", "name 333 111"])
            #expect(try await bench.admit(3, opportunity: "333") == "elsewhere 111", "by whatever name it comes")
            #expect(try await bench.admit(3, .cancel, opportunity: "222") == "elsewhere 111")
            #expect(try await bench.sign("env", opportunity: "222") == "elsewhere 111")
            // Merged once more, and handed over only then.
            #expect(try await bench.admit(1, opportunity: "999", names: ["333", "888"]) == "elsewhere 111")
            #expect(try await bench.admit(1, opportunity: "555", names: ["444"]).hasPrefix("accepted ["))
            #expect(try await bench.admit(1, opportunity: "444") == "elsewhere 555", "sent before the merge, late")
            // What only waits for its signature, or was only signed, keeps its name, too.
            #expect(try await bench.admit(1, opportunity: "666", waits: true) == "ignored []")
            #expect(try await bench.admit(1, opportunity: "777", names: ["666"]) == "elsewhere 666")
            #expect(try await bench.sign("early", opportunity: "10") == "ignored - c []")
            #expect(try await bench.admit(1, opportunity: "12", names: ["11", "10"]) == "elsewhere 10")
            #expect(try await bench.rows("handoff").count == 3)
        }
    }

    @Test(
        "CASE-K5 of two that were handed over and are one by now a person decides which of them stays",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func bothHandedOver(maker: StoreMaker) async throws {
        try await maker.with { bench in
            for opportunity in ["A", "B"] { try await bench.admit(1, opportunity: opportunity) }
            #expect(try await bench.admit(2, opportunity: "A", event: "m", names: ["B"]) == "conflict [] incident")
            #expect(try await bench.admit(2, opportunity: "A", event: "m", names: ["B"]) == "conflict copy []")
            #expect(try await bench.rows("incident").filter { $0.contains(" conflict f open") }.count == 1)
            #expect(try await bench.rows("name").isEmpty)
            #expect(try await bench.admit(2, .cancel, opportunity: "B").hasPrefix("accepted ["))
            #expect(try await bench.admit(2, opportunity: "A", event: "n", names: ["B"]).hasPrefix("accepted ["))
            #expect(try await bench.admit(3, opportunity: "B") == "elsewhere A")
        }
    }

    @Test(
        "CASE-K5 an ignored event of a deal that was merged of two which stand takes the name of neither",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func ignoredOfBoth(maker: StoreMaker) async throws {
        try await maker.with { bench in
            for opportunity in ["N", "X"] { try await bench.admit(1, opportunity: opportunity) }
            #expect(
                try await bench.admit(2, opportunity: "X", event: "i", ignored: "stage", names: ["N", "M"])
                    .hasPrefix("ignored"))
            #expect(
                try await bench.admit(1, opportunity: "Y", event: "y", ignored: "stage", names: ["N", "X"])
                    == "elsewhere N")
            #expect(
                try await bench.admit(1, opportunity: "N", event: "y", ignored: "stage", names: ["Y", "X"])
                    .hasPrefix("ignored"))
            #expect(try await bench.rows("name") == [], "whose name it is a person decides")
            #expect(try await bench.admit(3, opportunity: "X", event: "m", names: ["N"]) == "conflict [] incident")
            #expect(
                try await bench.admit(2, .cancel, opportunity: "N").hasPrefix("accepted ["), "its own is called off")
        }
    }

    @Test(
        "CASE-K5 a refused event of a merged deal is told of the opportunity that it is now, and its end, too",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func refusedOfMerged(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1, opportunity: "X", names: ["N"])
            try await bench.take("X/CT-1/1")
            try await bench.commit(.finished)
            #expect(
                try await bench.open("raw/q/1/0", opportunity: "N", contract: "CT-1", version: 2, status: "blocked"))
            #expect(try await bench.rows("status").map { $0.hasPrefix("status X CT-1 ") } == [true])
            #expect(
                try await bench.open("raw/q/2/0", opportunity: "N", contract: "CT-1", version: 1, status: "blocked"))
            #expect(
                try await bench.rows("status").map { $0.contains(" handoff/CT-1 1 ") } == [true], "version 1 is known")
            try await bench.admit(2, opportunity: "X", names: ["N"])
            let open = try await bench.rows("incident").filter { $0.contains(" open ") }
            #expect(open == [])
            #expect(try await bench.open("raw/q/3/0", opportunity: "N", version: 3, status: "blocked"))
            #expect(try await bench.rows("status").count == 1, "a status is a contract's")
        }
    }

    @Test(
        "CASE-K5 what follows from a transaction is published although its first arrival goes elsewhere",
        .timeLimit(.minutes(1)))
    func batchBehindElsewhere() async throws {
        try await StoreMaker.postgresql.with { bench in
            guard let side = bench.side as? PostgreSQLSide else { return }
            let store = IntakeTransactions(
                database: side.schema.database, limits: TimeLimits(), saga: "test", queue: StoreBench.planning)
            func arrival(_ opportunity: String, _ version: Int, names: [String] = []) -> Arrival {
                var arrival = Arrival(
                    source: "test", eventID: "\(opportunity)/\(version)", correlationID: "c", opportunity: opportunity,
                    contract: "CT-1", version: version, kind: .complete, body: "{}", contentHash: "h", customer: "Acme",
                    totalMinor: 1, currency: "EUR", ignoredBecause: nil, status: nil)
                arrival.names = names
                return arrival
            }
            _ = try await store.admit([arrival("X", 1, names: ["N"])])
            let results = try await store.admit([arrival("N", 2), arrival("O-1", 1)])
            #expect(results.map(\.admission.elsewhere) == ["X", nil])
            #expect(results.map(\.tickets.count) == [0, 1])
        }
    }

    @Test(
        "CASE-K5 a deal and the one that it was merged into, at once in two processes, make one handoff",
        .timeLimit(.minutes(1)))
    func atOnce() async throws {
        try await StoreMaker.postgresql.with { bench in
            let count = 12
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<count {
                    for (name, others) in [("1\(number)", []), ("3\(number)", ["1\(number)", "2\(number)"])] {
                        group.addTask {
                            var (name, others) = (name, others)
                            var answer = try await bench.admit(
                                1, opportunity: name, event: "\(name)", hash: "h", names: others)
                            while answer.hasPrefix("elsewhere ") {
                                others = (others + [name]).filter { !answer.hasSuffix(" \($0)") }
                                name = String(answer.dropFirst("elsewhere ".count))
                                answer = try await bench.admit(
                                    1, opportunity: name, event: "to \(name)", hash: "h", names: others)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await bench.rows("handoff").count == count)
        }
    }

    @Test(
        "CASE-K8 what was parked because another text was signed goes on by itself once its own text is signed",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func signedAfterAll(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1, sowHash: "a")
            try await bench.take()
            try await bench.commit(.running(lease: .seconds(15))) { $0.plan($1) }
            #expect(try await bench.sign("other", sowHash: "b", signedAt: 5).contains("<O-1/CT-1/1> to deal-events"))
            #expect(try await bench.take().contains("contradiction envelope other "))
            try await bench.commit(.parked(.init(incidentClass: .sowMismatch, story: "no", step: nil))) {
                $0.change($1.id, to: .planned) { $0.failures = 3 }
            }
            #expect(try await bench.rows("step").contains { $0.contains(" planned 3 0 ") })
            #expect(try await bench.sign("nda", signedAt: 6) == "accepted <O-1/CT-1/1> c []")
            #expect(try await bench.sign("older", sowHash: "a", signedAt: 1) == "accepted <O-1/CT-1/1> c []")
            #expect(try await bench.rows("incident")[0].contains(" sow_mismatch t open "))
            #expect(
                try await bench.sign("own", sowHash: "a", signedAt: 7)
                    == #"accepted <O-1/CT-1/1> c ["<O-1/CT-1/1> to deal-events"]"#)
            #expect(try await bench.rows("incident")[0].contains(" sow_mismatch t closed signed "))
            #expect(
                try await bench.rows("journal").last?
                    .hasSuffix(#"{"cause" : "sow_mismatch", "event" : "own", "what" : "signed"}"#) == true)
            #expect(try await bench.rows("step").allSatisfy { $0.contains(" 0 0 ") }, "failures are counted anew")
            #expect(try await bench.take().contains("contradiction - "))
            // Another failure of it is a round of its own.
            try await bench.commit(.parked(.init(incidentClass: .targetRefused, story: "no", step: nil)))
            #expect(try await bench.rows("incident").count == 2)
            #expect(try await bench.sign("third", sowHash: "a", signedAt: 8) == "accepted <O-1/CT-1/1> c []")
        }
    }
}
