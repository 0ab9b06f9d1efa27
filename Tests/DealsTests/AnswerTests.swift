import Testing
import Workers

@testable import Deals

@Suite("What is published on handoffs keeps its own contract")
struct AnswerTests {
    private static let schemas = Examples.root.appending(path: "Queues/handoffs/schemas")
    private let time = Timestamp(millisecondsSince1970: 1_774_949_400_412)

    private func judge(_ type: String) throws -> Judge {
        try Judge(schema: AnswerTests.schemas.appending(path: "\(type).json"))
    }

    @Test("every example of an answer keeps its schema", .timeLimit(.minutes(1)))
    func examples() throws {
        let judges = [
            Disposition.type: try judge(Disposition.type), HandoffReady.type: try judge(HandoffReady.type),
            HandoffWithdrawn.type: try judge(HandoffWithdrawn.type),
        ]
        var seen: Set<String> = []
        for name in Examples.names(in: Examples.handoffs) {
            guard case .object(let event) = try Examples.json(name, in: Examples.handoffs),
                case .string(let type)? = event.first(named: "type"),
                case .object(let data)? = event.first(named: "data")
            else {
                Issue.record("\(name) is no event")
                continue
            }
            #expect(try judges[type]?.verdict(on: Examples.body(name, in: Examples.handoffs)) == "valid", "\(name)")
            if case .string(let outcome)? = data.first(named: "outcome") { seen.insert(outcome) }
        }
        #expect(seen == Set(Disposition.Outcome.allCases.map(\.rawValue)))
    }

    @Test("a disposition of each outcome keeps the schema", .timeLimit(.minutes(1)))
    func dispositions() throws {
        let (time, judge) = (try #require(time), try judge(Disposition.type))
        let event = try Examples.event("longest-texts-xof.json")
        for outcome in Disposition.Outcome.allCases {
            for reason in [nil, "", "why\n", String(repeating: "e\u{301}", count: 900)] {
                let answer = Disposition(
                    outcome, of: event, reason: reason, handoff: "h-1", correlationID: event.correlationID ?? "c-1")
                #expect(try judge.verdict(on: answer.encoded(id: "d-1", time: time)) == "valid")
            }
        }
    }

    @Test("an answer to a cancellation keeps the schema", .timeLimit(.minutes(1)))
    func cancellations() throws {
        let (time, judge) = (try #require(time), try judge(Disposition.type))
        let event = try Examples.cancellation("longest-reason.json")
        for outcome in Disposition.Outcome.allCases {
            let answer = Disposition(outcome, of: event, reason: "why", handoff: "h-1", correlationID: "c-1")
            #expect(answer.key == event.cancellation.key && answer.eventID == event.id)
            #expect(try judge.verdict(on: answer.encoded(id: "d-1", time: time)) == "valid")
        }
    }

    @Test("every class of incident may be named in an answer", .timeLimit(.minutes(1)))
    func classes() throws {
        let (time, judge) = (try #require(time), try judge(Disposition.type))
        for incidentClass in IncidentClass.allCases {
            let rejection = Rejection(incidentClass, text: "is wrong", cure: "Mend it.")
            let answer = Disposition(rejection, correlationID: "c-1")
            #expect(try judge.verdict(on: answer.encoded(id: "d-1", time: time)) == "valid", "\(incidentClass)")
        }
    }

    @Test("A17 every refusal becomes an answer with its findings", .timeLimit(.minutes(1)))
    func refusals() throws {
        let (time, judge) = (try #require(time), try judge(Disposition.type))
        for expected in ExpectedRejection.all {
            let body = try Examples.body(expected.file, in: ExpectedRejection.folder)
            let rejection = try #require(Samples.rejection(of: body, routingKey: expected.routingKey))
            let answer = Disposition(rejection, correlationID: "c-1")
            #expect(answer.outcome == .rejected && answer.findings == rejection.findings)
            #expect(try judge.verdict(on: answer.encoded(id: "d-1", time: time)) == "valid", "\(expected.file)")
        }
    }

    @Test("the encoders write what the examples show", .timeLimit(.minutes(1)))
    func likeExamples() throws {
        let event = try Examples.event("fixed-fee-eur.json")
        let (time, correlation) = (try #require(time), try #require(event.correlationID))
        let handoff = "0195e9b2-6d7c-7a10-8a53-1f6f4f2f9d01"
        let accepted = Disposition(.accepted, of: event, handoff: handoff, correlationID: correlation)
        let expected = try Examples.json("accepted.json", in: Examples.handoffs).canonicalBytes
        #expect(accepted.encoded(id: "d-0001", time: time) == expected)
        let ready = HandoffReady(
            handoff: handoff, key: event.deal.key, customerID: "CUST-100231", projectID: "PRJ-2026-0042",
            scheduleID: "BS-7781", correlationID: correlation)
        let readyTime = try #require(Timestamp("2026-03-31T09:30:07.031Z"))
        let expectedReady = try Examples.json("ready.json", in: Examples.handoffs).canonicalBytes
        #expect(ready.encoded(id: "r-0001", time: readyTime) == expectedReady)
        let withdrawn = HandoffWithdrawn(
            handoff: ready.handoff, key: ready.key, announcement: "r-0001", correlationID: ready.correlationID)
        let expectedWithdrawn = try Examples.json("withdrawn.json", in: Examples.handoffs).canonicalBytes
        #expect(withdrawn.encoded(id: "w-0001", time: readyTime) == expectedWithdrawn)
    }
}
