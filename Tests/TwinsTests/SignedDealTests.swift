import Deals
import Fleet
import FoundationEssentials
import Handoffs
import Sagas
import Support
import Synchronization
import Testing
import Twins
import Workers

/// Events as they come in, the CRM's and the signature service's, and what their publishers are answered.
@Suite struct SignedDealTests {
    @Test(
        "A2 a stage event and the event of a signature, in either order, are one handoff, and both publishers are answered",
        arguments: [true, false])
    func eitherOrder(signatureFirst: Bool) async throws {
        let desk = Desk()
        let stage = try TestDeals.event(id: "stage", opportunity: "O-1", stage: "Contract Sent")
        let signed = Self.signed("env-1", opportunity: "O-1")
        for (event, source) in signatureFirst ? [signed, (stage, Self.deals)] : [(stage, Self.deals), signed] {
            try await desk.take(event, source)
        }
        #expect(desk.database.snapshot.handoffs.map(\.opportunity) == ["O-1"])
        let waits = signatureFirst ? "waits for the deal" : "waits for the signature"
        let answers = desk.answers
        #expect(answers.count == 2)
        #expect(answers.first?.contains(#""outcome":"ignored""#) == true && answers.first?.contains(waits) == true)
        #expect(answers.last?.contains(#""outcome":"accepted""#) == true)
        let won = try TestDeals.event(id: "won", opportunity: "O-1", stage: "Closed Won")
        try await desk.take(won, Self.deals)
        #expect(desk.database.snapshot.handoffs.count == 1, "and the trigger stage adds none")
        #expect(desk.answers.last?.contains(#""outcome":"ignored""#) != true)
    }

    @Test("L9 a signature of another opportunity begins nothing, and one that says nothing readable is refused")
    func noMatch() async throws {
        let desk = Desk()
        let stage = try TestDeals.event(id: "stage", opportunity: "O-1", stage: "Contract Sent")
        try await desk.take(stage, Self.deals)
        let (other, key) = Self.signed("env-1", opportunity: "O-2")
        try await desk.take(other, key)
        #expect(desk.database.snapshot.handoffs.isEmpty)
        let (unreadable, _) = Self.signed("", opportunity: "O-1")
        do {
            try await desk.take(unreadable, key)
            Issue.record("it was taken")
        } catch let event as RefusedEvent {
            #expect(event.refused.incidentClass == .wrongSchema && event.refused.reason.contains("envelope"))
            #expect(event.facts.opportunity == "O-1")
        }
        #expect(desk.database.snapshot.handoffs.isEmpty)
    }

    private static let deals = "salesforce.deal.updated.v1"

    private static func signed(_ envelope: String, opportunity: String) -> ([UInt8], String) {
        let event = """
            {"specversion":"1.0","id":"signed \(opportunity)","source":"docusign","type":"\(Envelopes().type)",
            "time":"2026-11-21T09:00:00Z","data":{"envelope":"\(envelope)","opportunity":"\(opportunity)"}}
            """
        return (Array(event.utf8), "docusign.\(Envelopes().type)")
    }
}

/// A mapping of the least that a signature service says.
private struct Envelopes: SourceMapping {
    let type = "envelope.v1"

    func map(_ data: JSON, at stages: SourceStages) throws(MappingFailure) -> MappedEvent {
        guard case .object(let members) = data, let signedAt = Timestamp("2026-11-21T08:59:00Z") else {
            throw MappingFailure([])
        }
        let texts = members.reduce(into: [String: String]()) { texts, member in
            if case .string(let text) = member.value { texts[member.name] = text }
        }
        return .signature(
            Signature(
                opportunity: texts["opportunity"] ?? "", envelope: texts["envelope"] ?? "", sowHash: nil,
                signedAt: signedAt))
    }
}

/// Intake over a store in memory, whose answers are kept.
private final class Desk: Announcements, Admissions {
    let database = MemoryDatabase(clock: TwinClock())
    private let bodies = Mutex<[String]>([])

    var answers: [String] { bodies.withLock { $0 } }

    func admit(_ arrival: Arrival) async throws -> Admission {
        try MemoryStore(database, queue: "deal-events", planningQueue: "deal-events").admit(arrival).admission
    }

    func announce(_ event: Announcement) async throws {
        bodies.withLock { $0.append(String(decoding: event.body, as: UTF8.self)) }
    }

    func take(_ event: [UInt8], _ routingKey: String) async throws {
        let now = try #require(Timestamp("2026-11-21T09:00:00Z"))
        let intake = DealIntake(
            decoder: DealEventDecoder(
                triggers: try TriggerStages(parsing: "sign:salesforce=Contract Sent"), mappings: [Envelopes()]),
            admissions: self, announcements: self, now: { now })
        try await intake.handle(
            RawMessage(body: event, routingKey: routingKey), on: Attempt(correlationID: "c", isRedelivered: false))
    }
}
