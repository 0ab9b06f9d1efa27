import Deals
import Testing

@testable import Mappings

@Suite("A completed envelope is a signature of its opportunity")
struct DocuSignTests {
    private func map(_ changes: [String: JSON?] = [:]) throws -> MappedEvent {
        try DocuSignEnvelope().map(try #require(try Sample.docuSign.event(changes).member("data")))
    }

    private func signature(_ changes: [String: JSON?] = [:]) throws -> Signature? {
        if case .signature(let signature) = try map(changes) { signature } else { nil }
    }

    private let fields = "data.data.envelopeSummary.customFields"

    @Test("L9 a completed envelope is a signature with its opportunity, hash and time")
    func completed() throws {
        let signature = try #require(try signature())
        let deal = try Sample.change.deal()
        #expect(signature.opportunity == deal.opportunity && signature.sowHash == deal.sowHash)
        #expect(signature.envelope == "4b728be4-4417-4c1f-8a8d-5a3b6b0d7c11")
        #expect(signature.signedAt.description == "2026-05-03T16:02:11.9170000Z")
        guard case .signature = try Sample.docuSign.decode() else {
            Issue.record("the decoder makes no signature of it")
            return
        }
    }

    @Test("L9 a completed envelope is taken with a valid signature only, and then names the opportunity of the deal")
    func signed() throws {
        let body = try #require(try Sample.docuSign.event().member("data")).textBytes
        let key = try #require(Secret("a key of the account"))
        func opportunity(_ body: [UInt8], signature: String) throws -> String? {
            let request = WebhookRequest(
                method: "POST", url: "https://gateway.example.com/docusign",
                headers: [("X-DocuSign-Signature-1", signature)], body: body)
            try DocuSignVerification(oneOf: [key]).verify(request, now: .zero)
            guard case .signature(let signature) = try DocuSignEnvelope().map(JSON(reading: body)) else { return nil }
            return signature.opportunity
        }
        let signature = key.signature(of: body)
        #expect(try opportunity(body, signature: signature) == Sample.hubSpot.deal().opportunity)
        #expect(throws: WebhookRefusal.wrongSignature) { try opportunity(body + [0x20], signature: signature) }
        let other = try #require(Secret("another key")).signature(of: body)
        #expect(throws: WebhookRefusal.wrongSignature) { try opportunity(body, signature: other) }
    }

    @Test("L9 a field of either kind names the opportunity, by a Salesforce id in its one form")
    func names() throws {
        let list: JSON = .array([["name": .string("OpportunityId"), "value": .string("006ak00000OQ4Rx")]])
        let changes: [String: JSON?] = ["\(fields).listCustomFields": list, "\(fields).textCustomFields.0": nil]
        #expect(try signature(changes)?.opportunity == "006ak00000OQ4RxAAL")
        let settings = try MappingSettings(sources: [
            DocuSignEnvelope.type: SourceSettings(fields: ["opportunity": "Deal No | X"])
        ])
        let data = try #require(
            try Sample.docuSign.event(["\(fields).textCustomFields.0.name": .string("X")]).member("data"))
        guard case .signature(let own) = try DocuSignEnvelope(settings).map(data) else {
            Issue.record("no signature")
            return
        }
        #expect(own.opportunity == "OPP-2026-0815")
        #expect(try signature(["\(fields).textCustomFields.1": nil])?.sowHash == nil)
        let capitals = try signature(["\(fields).textCustomFields.1.value": .string(String(repeating: "AB", count: 32))]
        )
        #expect(capitals?.sowHash == String(repeating: "ab", count: 32))
    }

    @Test(
        "L9 any other event is nothing",
        arguments: [
            "envelope-sent", "envelope-delivered", "envelope-declined", "envelope-voided", "recipient-completed", "",
            "Envelope-Completed",
        ])
    func others(event: String) throws {
        #expect(
            try map(["data.event": .string(event), "data.data": nil])
                == .nothing(because: "the event is not the completion of an envelope"))
    }

    @Test("L9 an envelope without an opportunity is nothing, one without its data is refused with all that is wrong")
    func incomplete() throws {
        let none = MappedEvent.nothing(because: "the envelope names no opportunity")
        #expect(try map(["\(fields).textCustomFields": nil]) == none)
        #expect(try map(["\(fields).textCustomFields.0.value": .string(" ")]) == none)
        let wrong: [([String: JSON?], [String])] = [
            (["data.data.envelopeSummary": nil], ["$.data.data.envelopeSummary"]),
            (["data.event": nil], ["$.data.event"]),
            (
                [
                    "data.data.envelopeSummary.completedDateTime": .string("yesterday"),
                    "data.data.envelopeSummary.status": .string("voided"), "data.data.envelopeId": .string(""),
                    "\(fields).textCustomFields.1.value": .string("abc"),
                ],
                [
                    "$.data.data.envelopeSummary.status", "$.data.data.envelopeId",
                    "$.data.data.envelopeSummary.completedDateTime",
                    "$.data.data.envelopeSummary.customFields.textCustomFields[1].value",
                ]
            ),
        ]
        for (changes, paths) in wrong {
            #expect(try Sample.docuSign.rejection(changes)?.findings.map(\.path) == paths)
        }
    }
}
