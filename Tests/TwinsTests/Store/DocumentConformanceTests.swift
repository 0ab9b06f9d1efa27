import Fleet
import Sagas
import Testing
import Twins

/// What every store does with an id that stands for several events, and with documents that are not the deal's: run over
/// PostgreSQL and over its twin.
@Suite struct DocumentConformanceTests {
    @Test(
        "CASE-K1 a known id is a copy only with the same content; other content is judged by its deal and version",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func contents(maker: StoreMaker) async throws {
        try await maker.with { bench in
            let first = try await bench.admit(1, event: "n")
            #expect(first.hasPrefix("accepted ["))
            #expect(try await bench.admit(1, event: "n") == "accepted copy []")
            #expect(try await bench.admit(2, event: "n").hasPrefix("accepted ["), "a later version, read on the retry")
            #expect(try await bench.admit(1, event: "n") == "accepted copy []", "the first one once more")
            #expect(try await bench.admit(2, event: "n") == "accepted copy []")
            #expect(try await bench.admit(1, opportunity: "O-2", event: "n", hash: "other").hasPrefix("accepted ["))
            #expect(try await bench.admit(1, event: "n", hash: "third") == "conflict [] incident")
            #expect(try await bench.admit(1, event: "n", hash: "fourth") == "conflict [] incident")
            #expect(
                try await bench.rows("incident").filter { $0.contains(" conflict f open") }.count == 2,
                "each contradiction is told")
            #expect(try await bench.rows("handoff").count == 3)
            #expect(try await bench.rows("event").filter { $0.contains(" accepted ") }.count == 3)
        }
    }

    @Test(
        "CASE-K1 an id that was answered ignored hides nothing: the same content at a stage that starts is a deal",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func ignored(maker: StoreMaker) async throws {
        try await maker.with { bench in
            let first = try await bench.admit(1, event: "n", hash: "", ignored: "no opportunity")
            #expect(first == "ignored []")
            #expect(try await bench.admit(1, event: "n", hash: "", ignored: "no opportunity") == "ignored copy []")
            #expect(try await bench.admit(1, event: "n", hash: "h", ignored: "the stage") == "ignored []")
            #expect(try await bench.admit(1, event: "n", hash: "h", waits: true) == "ignored []")
            #expect(try await bench.rows("unsigned").count == 1)
            #expect(try await bench.admit(1, event: "n", hash: "h", waits: true) == "ignored copy []")
            #expect(try await bench.admit(1, event: "n", hash: "h").hasPrefix("accepted ["))
            #expect(try await bench.admit(1, event: "n", hash: "h", ignored: "the stage") == "accepted copy []")
            #expect(try await bench.rows("handoff").count == 1)
        }
    }

    @Test(
        "CASE-K8 where the deal names its text only that starts it: another document leaves it, another text is asked about",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases, ["deal first", "nda first", "other text first"])
    func onlyItsText(maker: StoreMaker, order: String) async throws {
        try await maker.with { bench in
            if order == "nda first" { #expect(try await bench.sign("nda") == "ignored - c []") }
            if order == "other text first" { #expect(try await bench.sign("old", sowHash: "b") == "ignored - c []") }
            #expect(try await bench.admit(1, sowHash: "a", waits: true) == "ignored []")
            if order != "nda first" { #expect(try await bench.sign("nda") == "ignored - c []") }
            #expect(try await bench.rows("handoff").isEmpty)
            #expect(try await bench.rows("unsigned").allSatisfy { $0.contains(" kept ") })
            if order != "other text first" {
                #expect(try await bench.sign("old", sowHash: "b") == "ignored - c [] incident")
            }
            let asked = try await bench.rows("incident")
            #expect(asked.count == 1 && asked[0].contains("sow/old/CT-1/1 - deal-events sow_mismatch f open"))
            #expect(try await bench.rows("handoff").isEmpty)
            try await bench.move(by: .seconds(7200))
            try await bench.sweep()
            #expect(try await bench.rows("incident").filter { $0.contains("signature_unmatched") }.count == 1)
            #expect(
                try await bench.sign("sow", sowHash: "a").hasPrefix("accepted <O-1/CT-1/1> c [\"<O-1/CT-1/1> to"))
            #expect(try await bench.rows("incident").allSatisfy { $0.contains(" closed deal arrived") })
            #expect(try await bench.rows("handoff").count == 1)
            #expect(try await bench.take().contains("signature signed sow "), "of two at once its own")
        }
    }

    @Test(
        "CASE-K8 another statement that is signed after the handoff has finished is told to a person",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func afterTheEnd(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1, sowHash: "a")
            try await bench.take()
            try await bench.commit(.finished) { $0.plan($1) }
            #expect(try await bench.sign("same", sowHash: "a") == "accepted <O-1/CT-1/1> c []")
            #expect(try await bench.sign("nda") == "accepted <O-1/CT-1/1> c []")
            #expect(try await bench.rows("incident").isEmpty)
            #expect(try await bench.sign("amended", sowHash: "c") == "accepted <O-1/CT-1/1> c [] incident")
            let asked = try await bench.rows("incident")
            #expect(asked.count == 1 && asked[0].contains("sow/amended/CT-1/1 - deal-events sow_mismatch f open"))
            // The next version waits for that very text, which is signed.
            #expect(try await bench.admit(2, sowHash: "c", waits: true).hasPrefix("accepted ["))
        }
    }

    @Test(
        "CASE-K8 a company may let any document count, and each contract of an opportunity has its own text",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func otherRules(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1, sowHash: "a", waits: true, anyDocument: true)
            #expect(try await bench.sign("nda").hasPrefix("accepted <O-1/CT-1/1>"))
            try await bench.admit(1, opportunity: "O-2", sowHash: "a", waits: true)
            try await bench.admit(1, opportunity: "O-2", contract: "CT-2", sowHash: "b", waits: true)
            #expect(try await bench.sign("sow-b", opportunity: "O-2", sowHash: "b").hasPrefix("accepted <O-2/CT-2/1>"))
            #expect(try await bench.rows("unsigned").filter { $0.contains(" kept ") }.count == 1)
            #expect(try await bench.sign("sow-a", opportunity: "O-2", sowHash: "a").hasPrefix("accepted <O-2/CT-1/1>"))
            try await bench.take("O-2/CT-2/1")
            try await bench.commit(.running(lease: .seconds(15))) { $0.plan($1) }
            try await bench.commit(.finished)
            #expect(try await bench.take("O-2/CT-1/1").contains("signature signed sow-a "))
            #expect(try await bench.rows("incident").isEmpty)
        }
    }
}
