import Fleet
import FoundationEssentials
import Sagas
import Testing
import Twins

/// What every store does with signatures and the deals that wait for them: run over PostgreSQL and over its twin.
@Suite struct SignatureConformanceTests {
    @Test(
        "A2 a deal that starts when signed and its signature give one handoff, whichever comes first",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func eitherOrder(maker: StoreMaker) async throws {
        try await maker.with { bench in
            let kept = try await bench.admit(1, status: "received", waits: true)
            #expect(kept == "ignored []")
            #expect(try await bench.rows("handoff").isEmpty)
            #expect(
                try await bench.sign("env-1")
                    == #"accepted <O-1/CT-1/1> c ["<O-1/CT-1/1> to deal-events", "status of O-1 to status-feedback"]"#)
            #expect(try await bench.admit(1, event: "at the trigger stage") == "duplicate []")
            #expect(try await bench.admit(1, event: "again", waits: true) == "duplicate []")
            #expect(try await bench.rows("unsigned") == ["unsigned O-1 CT-1 1 O-1/CT-1/1 hash 1 begun <O-1/CT-1/1>"])
            #expect(
                try await bench.rows("event").contains("event test O-1/CT-1/1 ignored 0 <O-1/CT-1/1> -"),
                "the deal's event leads to its handoff")
            #expect(try await bench.sign("env-2", opportunity: "O-2") == "ignored - c []")
            #expect(try await bench.admit(1, opportunity: "O-2", waits: true).hasPrefix("accepted [\"<O-2/CT-1/1> to"))
            #expect(try await bench.rows("signature").allSatisfy { $0.contains(" joined <O-") })
            #expect(try await bench.rows("handoff").count == 2)
        }
    }

    @Test(
        "A2 the same envelope again is a duplicate, and a signature of a deal in work joins it",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func joins(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1)
            #expect(try await bench.sign("env-1") == "accepted <O-1/CT-1/1> c []")
            #expect(try await bench.sign("env-1") == "accepted copy <O-1/CT-1/1> c []")
            #expect(try await bench.sign("env-1", event: "e2") == "duplicate <O-1/CT-1/1> c []")
            #expect(try await bench.sign("env-1", opportunity: "O-9", event: "e3").hasPrefix("duplicate "))
            #expect(try await bench.rows("signature") == ["signature env-1 O-1 - joined <O-1/CT-1/1> -"])
        }
    }

    @Test(
        "of deals that wait for their signature the latest version begins, and what has overtaken them does not begin again",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func latestVersion(maker: StoreMaker) async throws {
        try await maker.with { bench in
            for version in [2, 3, 1] { try await bench.admit(version, waits: true) }
            try await bench.admit(1, contract: "CT-2", waits: true)
            try await bench.admit(2, contract: "CT-2")
            try await bench.take("O-1/CT-2/2")
            #expect(
                try await bench.sign("env-1") == #"accepted <O-1/CT-1/3> c ["<O-1/CT-2/2> to deal-events"]"#,
                "it begins behind what is in work, whose planning begins anew")
            #expect(try await bench.rows("unsigned").map { $0.split(separator: " ")[7] } == ["begun", "dropped"])
            #expect(try await bench.rows("handoff").count == 2)
        }
    }

    @Test(
        "L9 a signature without a deal waits for an hour, then people are told, and a deal that comes closes that",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func unmatched(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.sign("env-1")
            try await bench.move(by: .seconds(3599))
            #expect(try await bench.sweep() == "[] overdue [] []")
            try await bench.move(by: .seconds(1))
            #expect(try await bench.sweep().contains("signature_unmatched"))
            try await bench.move(by: .seconds(7200))
            try await bench.sweep()
            #expect(try await bench.rows("incident").count == 1, "people are told once")
            try await bench.admit(1, waits: true)
            #expect(try await bench.rows("incident")[0].contains("signature_unmatched f closed deal arrived"))
            #expect(try await bench.rows("signature") == ["signature env-1 O-1 - joined <O-1/CT-1/1> -"])
        }
    }

    @Test(
        "D8 planning knows the latest signature; one that comes while it is under way has it begin anew",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func planning(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1)
            #expect(try await bench.take().contains("signature - "))
            #expect(
                try await bench.sign("env-1", signedAt: 5)
                    == #"accepted <O-1/CT-1/1> c ["<O-1/CT-1/1> to deal-events"]"#)
            #expect(try await bench.commit(.finished) { $0.plan($1) } == "owner false [] open", "that plan is void")
            #expect(try await bench.rows("plan").isEmpty)
            #expect(try await bench.take().contains("signature signed env-1 "))
            try await bench.sign("env-0", signedAt: 4)
            #expect(try await bench.take().contains("signature signed env-1 "), "the latest by its own time")
        }
    }

    @Test(
        "D8 a signature over another statement of work than the one that is planned stops the work; signed again it goes on",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func mismatch(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1, sowHash: "a")
            try await bench.take()
            try await bench.commit(.running(lease: .seconds(15))) { $0.plan($1) }
            #expect(try await bench.sign("env-1", sowHash: "a", signedAt: 1) == "accepted <O-1/CT-1/1> c []")
            #expect(try await bench.sign("env-2", signedAt: 2) == "accepted <O-1/CT-1/1> c []", "it names no text")
            #expect(try await bench.commit(.running(lease: .seconds(15))) == "owner true [] open")
            #expect(
                try await bench.sign("env-3", sowHash: "b", signedAt: 3)
                    == #"accepted <O-1/CT-1/1> c ["<O-1/CT-1/1> to deal-events"]"#)
            #expect(try await bench.commit(.finished) == "owner false [] open", "whoever works on it has lost it")
            let story = "envelope env-3 was signed over the statement of work b, and the handoff is planned by a"
            #expect(try await bench.take().contains("contradiction \(story) "))
            #expect(try await bench.sign("env-4", sowHash: "a", signedAt: 4) == "accepted <O-1/CT-1/1> c []")
            #expect(try await bench.commit(.ready(queue: "deal-events")).hasPrefix("owner true"))
            #expect(try await bench.take().contains("contradiction - "))
        }
    }
}
