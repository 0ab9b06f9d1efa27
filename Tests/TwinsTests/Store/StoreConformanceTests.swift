import FoundationEssentials
import Sagas
import Support
import Testing
import Twins
import Workers

@testable import Fleet

/// What every store must do, in the protocol's words: run over PostgreSQL and over its twin.
@Suite struct StoreConformanceTests {
    @Test(
        "only the owner writes: no old token, no closed handoff", .timeLimit(.minutes(1)),
        arguments: StoreMaker.allCases)
    func fencing(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1)
            try await bench.take()
            try await bench.move(by: .seconds(15))
            #expect(try await bench.sweep().hasPrefix("[\"<O-1/CT-1/1> to deal-events\"] overdue []"))
            #expect(try await bench.take().hasPrefix("token 2 takeovers 1 "))
            let before = try await bench.rows()
            for next in Self.everyNext {
                let answer = try await bench.commit(next, at: 0) { write, owner in
                    write.plan(owner)
                    write.entries = [#"{"what":"zombie"}"#]
                    write.status = StoreBench.status("zombie")
                }
                #expect(answer == "owner false [] open")
            }
            #expect(try await bench.claim(at: 0) == "busy")
            #expect(try await bench.rows() == before)
            #expect(try await bench.commit(.finished) == "owner true [] open")
            let closed = try await bench.rows()
            for next in Self.everyNext { #expect(try await bench.commit(next) == "owner false [] open") }
            #expect(try await bench.rows() == closed)
        }
    }

    private static let everyNext: [OwnerWrite.Next] = [
        .running(lease: .seconds(15)), .ready(queue: "project-provisioning"),
        .waiting(.init(cause: .unavailable(.failure), time: .seconds(1))),
        .parked(.init(incidentClass: .targetRefused, story: "no", step: nil)), .finished, .compensated,
    ]

    @Test(
        "a handoff is taken once, in its own queue, while neither is paused", .timeLimit(.minutes(1)),
        arguments: StoreMaker.allCases)
    func taking(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1)
            #expect(try await bench.take(in: "project-provisioning") == "nothing")
            try await bench.togglePause("queue")
            #expect(try await bench.take() == "nothing")
            try await bench.togglePause("queue")
            #expect(try await bench.take().hasPrefix("token 1 takeovers 0 complete forwards old false plan - deal {}"))
            #expect(try await bench.take() == "nothing")
            let answer = try await bench.commit(.ready(queue: "project-provisioning")) { write, owner in
                write.plan(owner)
            }
            #expect(answer.contains("to project-provisioning"))
            #expect(try await bench.take() == "nothing")
            #expect(try await bench.take(in: "project-provisioning").contains("plan plan 1 deal - steps [\"one "))
        }
    }

    @Test(
        "what waits is due when its time has come, and never before its step is settled", .timeLimit(.minutes(1)),
        arguments: StoreMaker.allCases)
    func waiting(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1)
            try await bench.take()
            let owner = try #require(await bench.taken.last)
            let step = StepRecord.ID(handoff: owner.id, ordinal: 0)
            try await bench.commit(
                .waiting(.init(cause: .unavailable(.failure), time: .seconds(1), step: step))
            ) { write, owner in
                write.plan(owner)
                write.change(owner.id, to: .intent) { $0.failures = 1 }
            }
            try await bench.move(by: .milliseconds(14_999))
            #expect(try await bench.sweep() == "[] overdue [] []")
            try await bench.move(by: .milliseconds(1))
            #expect(try await bench.sweep().hasPrefix("[\"<O-1/CT-1/1> to deal-events\"] overdue []"))
            #expect(try await bench.take().contains("intent 1 true -"), "settled, one attempt, and no take-over")
            #expect(await bench.taken.last?.takeovers == 0)
        }
    }

    @Test(
        "a lane has one open version; closing it and making the next ready is one transaction",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func lane(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1)
            try await bench.take()
            #expect(try await bench.admit(3) == "accepted []")
            #expect(try await bench.admit(2) == "accepted []")
            #expect(try await bench.take("O-1/CT-1/2") == "nothing")
            #expect(try await bench.commit(.finished).contains("<O-1/CT-1/2> to deal-events"))
            #expect(
                try await bench.rows("handoff").map { $0.split(separator: " ")[6] } == ["finished", "ready", "behind"])
            #expect(try await bench.take("O-1/CT-1/2").hasPrefix("token 1"), "the lowest version first")
        }
    }

    @Test(
        "known, other, older and repeated versions are told apart", .timeLimit(.minutes(1)),
        arguments: StoreMaker.allCases)
    func admissions(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(2, publisher: "crm")
            #expect(try await bench.admit(2, publisher: "another") == "accepted copy []")
            #expect(try await bench.admit(2, event: "e2") == "duplicate []")
            #expect(try await bench.admit(2, event: "e3", hash: "other") == "conflict [] incident")
            #expect(try await bench.admit(1, event: "e4") == "stale []")
            #expect(try await bench.admit(1, .change(base: 1), event: "e5") == "stale [] incident")
            #expect(try await bench.rows("event").contains("event test O-1/CT-1/2 accepted 1 <O-1/CT-1/2> crm"))
            #expect(try await bench.rows("handoff").count == 1)
        }
    }

    @Test(
        "a change order waits for its base; after an hour a person is told, and the lane stays free",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func baseMissing(maker: StoreMaker) async throws {
        try await maker.with { bench in
            #expect(try await bench.admit(2, .change(base: 1)) == "accepted []")
            try await bench.move(by: .seconds(3599))
            #expect(try await bench.sweep() == "[] overdue [] []")
            try await bench.move(by: .seconds(1))
            #expect(try await bench.sweep().contains("base_missing"))
            #expect(try await bench.admit(1).hasPrefix("accepted ["), "the lane was free for it")
            #expect(try await bench.rows("incident")[0].contains("base_missing f closed base arrived"))
            try await bench.take()
            try await bench.commit(.finished) { write, owner in
                write.plan(owner)
                write.change(owner.id, to: .done)
            }
            #expect(try await bench.take("O-1/CT-1/2").contains("base 1 [Sagas.StepRecord.State.done"))
        }
    }

    @Test(
        "a cancellation stops what is not past its return, closes its incidents, and lists what it takes back",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases, [false, true])
    func cancellation(maker: StoreMaker, isPastReturn: Bool) async throws {
        try await maker.with { bench in
            try await bench.admit(1)
            try await bench.take()
            try await bench.commit(.finished) { write, owner in
                write.plan(owner)
                write.change(owner.id, to: .done)
            }
            try await bench.admit(2)
            try await bench.take("O-1/CT-1/2")
            try await bench.commit(.parked(.init(incidentClass: .taxUnknown, story: "no", step: "two"))) {
                write, owner in
                write.plan(owner)
                write.change(owner.id, 0, to: .done)
                if isPastReturn { write.change(owner.id, 1, to: .intent) }
            }
            let answer = try await bench.admit(3, .cancel)
            #expect(try await bench.admit(4, .cancel) == "accepted []")
            let second = try await bench.rows("handoff")[1]
            guard !isPastReturn else {
                #expect(answer == "accepted []" && second.contains(" parked "))
                return
            }
            #expect(second.contains(" stopped "))
            #expect(try await bench.rows("incident")[0].contains("closed cancelled"))
            #expect(try await bench.take("O-1/CT-1/3").contains("cancel"))
            #expect(await bench.taken.last?.earlier.map(\.version) == [1, 2])
            #expect(
                await bench.taken.last?.earlier.flatMap(\.steps).map(\.state) == [.done, .planned, .done, .planned])
        }
    }

    @Test(
        "a complete version supersedes a parked one that never announced a call", .timeLimit(.minutes(1)),
        arguments: StoreMaker.allCases, [false, true])
    func superseding(maker: StoreMaker, hasCalled: Bool) async throws {
        try await maker.with { bench in
            try await bench.admit(1)
            try await bench.take()
            if hasCalled {
                try await bench.commit(.running(lease: .seconds(15))) { write, owner in
                    write.plan(owner)
                    write.change(owner.id, to: .intent)
                }
            }
            try await bench.commit(.parked(.init(incidentClass: .taxUnknown, story: "no", step: nil)))
            #expect(try await bench.admit(2, .change(base: 1)) == "accepted []")
            try await bench.admit(3)
            let states = try await bench.rows("handoff").map { String($0.split(separator: " ")[6]) }
            #expect(states == (hasCalled ? ["parked", "behind", "behind"] : ["stopped", "ready", "behind"]))
        }
    }

    @Test(
        "a claim is one holder's until it is settled, given back at once, and known for ever", .timeLimit(.minutes(1)),
        arguments: StoreMaker.allCases)
    func claims(maker: StoreMaker) async throws {
        let claim = Claim(target: "ERP", thing: "customer", naturalKey: "1")
        try await maker.with { bench in
            for opportunity in ["O-1", "O-2"] {
                try await bench.admit(1, opportunity: opportunity)
                try await bench.take("\(opportunity)/CT-1/1")
            }
            #expect(try await bench.claim(at: 0) == "granted(mustLookFirst: false)")
            #expect(try await bench.claim(at: 1) == "busy")
            try await bench.commit(.running(lease: .seconds(60)), at: 0) { write, owner in
                write.plan(owner)
                write.change(owner.id, to: .planned) {
                    $0.stepKey = "O-1/1"
                    $0.claim = claim
                }
            }
            #expect(try await bench.claim(at: 1) == "granted(mustLookFirst: true)", "it was given back")
            try await bench.move(by: .milliseconds(14_999))
            #expect(try await bench.claim(at: 0) == "busy")
            try await bench.move(by: .milliseconds(1))
            #expect(try await bench.claim(at: 0) == "granted(mustLookFirst: true)", "it was settled")
            try await bench.commit(.running(lease: .seconds(60)), at: 0) { write, owner in
                write.change(owner.id, to: .done) { $0.claim = claim }
            }
            #expect(try await bench.claim(at: 1).hasPrefix("exists("))
        }
    }

    @Test(
        "a gate shuts after five failures in a row, lets one probe through, and opens when that is well",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func gates(maker: StoreMaker) async throws {
        try await maker.with { bench in
            #expect(try await bench.gate() == "open")
            for _ in 1...4 { try await bench.note(.failed(reason: "x")) }
            #expect(try await bench.gate() == "troubled")
            try await bench.note(.failed(reason: "x"))
            #expect(try await bench.gate() == "shut(Sagas.WaitCause.breaker, for: 5.0 seconds)")
            try await bench.move(by: .seconds(5))
            #expect(try await bench.gate() == "probe")
            #expect(try await bench.gate().hasPrefix("shut("), "one probe at a time")
            try await bench.note(.failed(reason: "x"), wasProbe: true)
            #expect(try await bench.gate() == "shut(Sagas.WaitCause.breaker, for: 10.0 seconds)")
            try await bench.move(by: .seconds(10))
            #expect(try await bench.gate() == "probe")
            try await bench.note(.well, wasProbe: true)
            #expect(try await bench.gate() == "open")
            try await bench.note(.throttled(for: .seconds(7)))
            #expect(try await bench.gate().contains("throttled"))
            try await bench.move(by: .seconds(7))
            #expect(try await bench.gate() == "open")
            try await bench.togglePause("target")
            #expect(try await bench.gate().contains("paused"))
        }
    }

    @Test(
        "an incident is unique by its cause, copied until that is confirmed, and its case lives on",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func incidents(maker: StoreMaker) async throws {
        try await maker.with { bench in
            #expect(try await bench.receive() == "new")
            #expect(try await bench.receive() == "again")
            #expect(try await bench.sweep() == "[] overdue [] []", "its writer publishes the copy")
            try await bench.move(by: .seconds(30))
            #expect(try await bench.sweep().contains("not_json"))
            #expect(try await bench.sweep() == "[] overdue [] []", "one at a time")
            try await bench.move(by: .seconds(30))
            #expect(try await bench.sweep().contains("not_json"), "it was not confirmed")
            #expect(try await bench.confirmCopies().contains("not_json"))
            try await bench.move(by: .seconds(3600))
            #expect(try await bench.sweep() == "[] overdue [] []")
        }
    }

    @Test(
        "CASE-K15 a message is one incident however it comes again, and the next round of its case once it was given up",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func messages(maker: StoreMaker) async throws {
        try await maker.with { bench in
            #expect(try await bench.key(ofBody: "x") == nil)
            #expect(try await bench.receive("x") == "new")
            #expect(try await bench.key(ofBody: "x") == "k")
            #expect(try await bench.receive("x") == "again")
            #expect(try await bench.receive("x", moved: true) == "again", "its bytes tell which it is")
            #expect(try await bench.receive("x", isCounted: false) == "again")
            #expect(try await bench.receive("y") == "new")
            #expect(try await bench.receive("z", moved: true) == "new")
            #expect(try await bench.key(ofBody: "z") == nil, "nobody knows under which key it was published")
            let rows = try await bench.side.rows().filter { $0.hasPrefix("incident raw/") }
            #expect(rows.count { $0.hasSuffix(" f t - 2") } == 1, "\(rows)")
            try await bench.side.discardMessages("raw/")
            #expect(try await bench.receive("x", moved: true) == "new")
            #expect(try await bench.receive("x") == "again", "of the second round")
            let second = try await bench.side.rows().filter { $0.hasPrefix("incident raw/") && $0.contains(" open ") }
            #expect(second.count == 1 && second[0].contains("/1 "), "\(second)")
        }
    }

    @Test(
        "V4 a ticket that nobody took is overdue after each lease, and counted when it was published again",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func sweeping(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1)
            for _ in 0..<7 {
                try await bench.move(by: .seconds(20) - .milliseconds(1))
                #expect(try await bench.sweep() == "[] overdue [] []")
                try await bench.move(by: .milliseconds(1))
                #expect(try await bench.sweep().contains("overdue [\"[\\\"<O-1/CT-1/1> to deal-events"))
            }
            #expect(try await bench.ticketsOut() == 1)
            let publishes = { try await bench.rows("handoff")[0].split(separator: " ")[14] }
            #expect(try await publishes() == "0", "it was looked at seven times, and never published")
            try await bench.notePublished("O-1/CT-1/1")
            #expect(try await publishes() == "1")
        }
    }

    @Test(
        "a status is told in its latest state, by one teller, and again where it changed meanwhile",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func statuses(maker: StoreMaker) async throws {
        try await maker.with { bench in
            #expect(try await bench.admit(1, status: "received").contains("status of O-1"))
            #expect(try await bench.takeStatus().hasPrefix("token 1 version 1 received"))
            #expect(try await bench.takeStatus() == "nothing")
            try await bench.take()
            try await bench.commit(.running(lease: .seconds(15))) { write, _ in
                write.status = StoreBench.status("provisioning")
            }
            #expect(try await bench.settle(.written).contains("status of O-1"), "it changed meanwhile")
            #expect(try await bench.takeStatus().hasPrefix("token 2 version 2 provisioning"))
            #expect(try await bench.settle(.refused(for: .seconds(60), reason: "no")).contains("incident"))
            #expect(try await bench.settle(.written, at: 0) == "[]", "an old token says nothing")
            try await bench.move(by: .seconds(60))
            #expect(try await bench.sweep().contains("status of O-1"))
            #expect(try await bench.takeStatus().contains("attempts 1"))
            #expect(try await bench.settle(.written) == "[]")
            #expect(try await bench.rows("status")[0].contains(" 2 2 provisioning idle "))
        }
    }

    @Test(
        "an approval counts for its own plan only, and one that came before the wait ends it",
        .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func approvals(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1)
            try await bench.take()
            try await bench.record(true, "cancel", "other", of: "O-1/CT-1/1")
            let wait = OwnerWrite.Next.waiting(
                .init(cause: .approval(gate: "cancel", planHash: "mine"), time: .seconds(3600)))
            try await bench.commit(wait)
            #expect(try await bench.rows("handoff")[0].contains(" waiting "))
            try await bench.move(by: .seconds(3600))
            try await bench.sweep()
            #expect(try await bench.take().contains("approvals [\"cancel other true\"]"))
            try await bench.record(true, "cancel", "mine", of: "O-1/CT-1/1")
            try await bench.commit(wait)
            #expect(try await bench.rows("handoff")[0].contains(" ready "))
        }
    }
}
