import Testing
import Workers

@testable import Deals

@Suite("What a source says in its own words is mapped, and held to the same rules")
struct SourceEventTests {
    /// Says back what its data asks for.
    private struct Echo: SourceMapping {
        let type = "echo.deal.v1"

        func map(_ data: JSON, at stages: SourceStages) throws(MappingFailure) -> MappedEvent {
            switch data["is"].text {
            case "deal": return .deal(data["deal"])
            case "signature":
                guard let signedAt = Timestamp("2026-01-02T03:04:05Z") else { throw MappingFailure([]) }
                return .signature(
                    Signature(
                        opportunity: data["opportunity"].text ?? "O-1", envelope: "E-1",
                        sowHash: data["sowHash"].text, signedAt: signedAt))
            case "nothing": return .nothing(because: "the record was deleted")
            case "silence": throw MappingFailure([])
            default:
                throw MappingFailure([
                    Finding(path: "$.data.Amount", owner: .salesOperations, text: "is empty", cure: "Fill it in."),
                    Finding(path: "$.data.Stage", owner: .integration, text: "is missing", cure: "Send it."),
                ])
            }
        }
    }

    private static let decoder = DealEventDecoder(mappings: [Echo()])

    private static func event(_ data: JSON?, type: String = "echo.deal.v1") -> [UInt8] {
        let event = Samples.replace(["type"], in: Samples.event, .string(type))
        return Samples.replace(["data"], in: event, data).canonicalBytes
    }

    private static func decoded(_ data: JSON?) throws -> Deals.Intake {
        try decoder.decode(body: event(data), routingKey: "salesforce.echo.deal.v1")
    }

    private static func rejection(_ data: JSON?) -> Rejection? {
        do {
            _ = try decoded(data)
            return nil
        } catch {
            return error as? Rejection
        }
    }

    @Test("a mapped deal is the deal that the grouped contract would have carried, and nothing beside it")
    func deal() throws {
        let grouped = try Examples.json("additional-fields.json", in: Examples.groupedDeals)["data"]
        let event = try #require(try Self.decoded(["is": .string("deal"), "deal": grouped]).event)
        let published = try Examples.event("additional-fields.json", in: Examples.groupedDeals).deal
        #expect(event.deal == published && event.id == "e-1" && event.source == "salesforce")
        #expect(!String(decoding: event.deal.canonicalBytes, as: UTF8.self).contains("salesNotes"))
    }

    @Test("A2 a mapped deal at a stage that wants a signature is not ignored by its mapping, and waits for it")
    func unsigned() throws {
        let grouped = try Examples.json("minimal-eur.json", in: Examples.groupedDeals)["data"]
        let deal = Samples.replace(["stage"], in: grouped, .string("Contract Sent"))
        func intake(at setting: String) throws -> Deals.Intake {
            try Self.decoder.starting(at: TriggerStages(parsing: setting)).decode(
                body: Self.event(["is": .string("deal"), "deal": deal]), routingKey: "salesforce.echo.deal.v1")
        }
        guard case .unsigned = try intake(at: "sign:salesforce=Contract Sent") else {
            Issue.record("not held until it is signed")
            return
        }
        guard case .handoff = try intake(at: "salesforce=Contract Sent") else {
            Issue.record("not started at once")
            return
        }
        guard case .ignored = try intake(at: "sign:salesforce=Signed") else {
            Issue.record("not ignored")
            return
        }
        let stages = SourceStages(of: "salesforce", in: try TriggerStages(parsing: "sign:salesforce=Contract Sent"))
        #expect(stages.start("contract sent") && !stages.start("signed"))
    }

    @Test("A4 a mapped deal that lacks something is refused like any other, and is known by its key")
    func incomplete() throws {
        let grouped = try Examples.json("minimal-eur.json", in: Examples.groupedDeals)["data"]
        let short = Samples.replace(["deliveryRegion"], in: grouped, nil)
        let rejection = try #require(Self.rejection(["is": .string("deal"), "deal": short]))
        #expect(rejection.incidentClass == .mandatoryMissing)
        #expect(rejection.findings.map(\.path) == ["$.data.deliveryRegion"])
        #expect(rejection.trace.key == Deal.Key(opportunity: "0065g00000Z9y8X", contract: "C-2027-0042", version: 1))
        let lines = JSON.array(Array(repeating: grouped["lines"].items[0], count: 2001))
        let long = Samples.replace(["lines"], in: grouped, lines)
        #expect(Self.rejection(["is": .string("deal"), "deal": long])?.incidentClass == .tooManyLines)
    }

    @Test("what cannot be mapped is against the schema, with all that the mapping found, in the source's own places")
    func failures() throws {
        let rejection = try #require(Self.rejection(["is": .string("nonsense")]))
        #expect(rejection.incidentClass == .wrongSchema && rejection.trace.eventID == "e-1")
        #expect(rejection.findings.map(\.path) == ["$.data.Amount", "$.data.Stage"])
        #expect(rejection.findings.map(\.owner) == [.salesOperations, .integration])
        #expect(Self.rejection(["is": .string("silence")])?.findings.map(\.path) == ["$.data"])
        #expect(Self.rejection(nil)?.findings.map(\.path) == ["$.data"])
    }

    @Test("a signature is taken with what it names, and held to the rules of a deal's ids")
    func signature() throws {
        let hash = String(repeating: "b", count: 64)
        let intake = try Self.decoded(["is": .string("signature"), "sowHash": .string(hash)])
        guard case .signature(let event) = intake else {
            Issue.record("no signature")
            return
        }
        #expect(event.signature.opportunity == "O-1" && event.signature.sowHash == hash && event.id == "e-1")
        let wrong = Self.rejection([
            "is": .string("signature"), "sowHash": .string("b"), "opportunity": .string("O/1"),
        ])
        #expect(wrong?.incidentClass == .wrongSchema)
        #expect(wrong?.findings.map(\.path) == ["$.data.opportunity", "$.data.sowHash"])
    }

    @Test("A1 an event that concerns no handoff is ignored, with the mapping's reason and without a deal")
    func nothing() throws {
        guard case .ignored(let event) = try Self.decoded(["is": .string("nothing")]) else {
            Issue.record("not ignored")
            return
        }
        #expect(event.reason == "the record was deleted" && event.deal == nil && event.key == nil)
        #expect(event.id == "e-1" && event.source == "salesforce")
    }

    @Test("B6 a mapping's type is known by its name and major version, and by its routing key")
    func types() {
        func refused(_ type: String, _ decoder: DealEventDecoder, key: String? = nil) -> IncidentClass? {
            do {
                _ = try decoder.decode(
                    body: Self.event(["is": .string("nothing")], type: type), routingKey: key ?? "salesforce.\(type)")
                return nil
            } catch {
                return error.incidentClass
            }
        }
        #expect(refused("echo.deal.v1", Self.decoder) == nil)
        #expect(refused("echo.deal.v2", Self.decoder) == .unsupportedVersion)
        #expect(refused("echo.deal.v12", Self.decoder) == .unsupportedVersion)
        #expect(refused("echo.deal", Self.decoder) == .unknownType)
        #expect(refused("echo.deal.v1", DealEventDecoder()) == .unknownType)
        #expect(refused("echo.deal.v1", Self.decoder, key: "hubspot.echo.deal.v1") == .sourceMismatch)
        #expect(refused("echo.deal.v1", Self.decoder, key: "salesforce.deal.updated.v2") == .sourceMismatch)
    }
}
