import Support
import Testing
import Workers

@testable import Deals
@testable import Mappings

/// Events as people's relays and CRMs send them, decoded as a worker does.
struct CaseEvent {
    let json: JSON

    init(_ name: String) throws { json = try JSON(reading: CaseFile.bytes(name)) }

    init(json: JSON) { self.json = json }

    func replacing(_ path: String, with value: JSON?) -> CaseEvent {
        CaseEvent(json: json.replacing(path, with: value))
    }

    /// The other ids of the opportunity.
    func names() throws -> [String] {
        let decoder = DealEventDecoder(mappings: SourceMappings.all())
        guard
            case .handoff(let event) = try decoder.decode(
                body: json.textBytes, routingKey: "hubspot.\(HubSpotDeal.type)")
        else { throw NoEvent() }
        return event.names
    }

    /// What became of it, in one word and its reason or class.
    func outcome(
        at triggers: TriggerStages = .standard, by policy: SourcePolicy = .standard
    ) throws -> Outcome {
        guard case .string(let source)? = json.member("source"), case .string(let type)? = json.member("type") else {
            throw NoEvent()
        }
        let decoder = DealEventDecoder(triggers: triggers, mappings: SourceMappings.all())
            .reading(by: SourcePolicies([:], others: policy))
        do {
            switch try decoder.decode(body: json.textBytes, routingKey: "\(source).\(type)") {
            case .handoff(let event), .unsigned(let event): return .deal(event.deal)
            case .ignored(let event): return .nothing(event.reason)
            case .signature(let event): return .signature(event.signature)
            case .cancellation: throw NoEvent()
            }
        } catch let error as Rejection {
            return .refused(error)
        }
    }

    enum Outcome {
        case deal(Deal)
        case nothing(String)
        case signature(Signature)
        case refused(Rejection)

        var deal: Deal? { if case .deal(let deal) = self { deal } else { nil } }
        var reason: String? { if case .nothing(let reason) = self { reason } else { nil } }
        var rejection: Rejection? { if case .refused(let rejection) = self { rejection } else { nil } }
        var signature: Signature? { if case .signature(let signature) = self { signature } else { nil } }
        /// Where something is wrong; nil where nothing is.
        var places: [String]? { rejection?.findings.map(\.path) }
        var owners: Set<IncidentClass.Owner>? { rejection.map { Set($0.findings.map(\.owner)) } }
    }

    struct NoEvent: Error {}
}

@Suite struct CaseTests {
    private let total = "204500.50 EUR"

    // MARK: - Nothing

    @Test("CASE-K2 a change whose payload says that it was won is not nothing because its header lists other fields")
    func header() throws {
        let without = try CaseEvent("change-and-header/change-without-record.json")
        let refused = try without.outcome()
        #expect(refused.places == ["$.data.record"] && refused.rejection?.incidentClass == .wrongSchema)
        #expect(refused.owners == [.integration])
        #expect(try CaseEvent("change-and-header/change-with-record.json").outcome().deal?.total.description == total)
        // Both say that nothing was sold; then a field is filled that the header does not list.
        let open = without.replacing("data.StageName", with: .null)
        #expect(try open.outcome().reason != nil)
        for (field, value) in [("Amount", JSON.integer(5)), ("AccountId", .string("001ak00000OKNPHAA5"))] {
            #expect(try open.replacing("data.\(field)", with: value).outcome().places == ["$.data.record"])
        }
        // A stage that cannot be read is none that was emptied, and an update that lists nothing says nothing.
        let listed = open.replacing(
            "data.ChangeEventHeader.changedFields", with: .array([.string("StageName")]))
        #expect(try listed.outcome().reason == "the stage was emptied")
        #expect(try listed.replacing("data.StageName", with: ["a": .null]).outcome().places == ["$.data.record"])
        let silent = open.replacing("data.ChangeEventHeader.changedFields", with: .array([]))
            .replacing("data.LastModifiedDate", with: nil)
        #expect(try silent.outcome().places == ["$.data.record"])
    }

    @Test("CASE-K2 a record that was read before the change, a deletion and another kind's header contradict a sale")
    func contradictions() throws {
        let event = try CaseEvent("change-and-header/change-with-record.json")
        let stale = event.replacing("data.record.StageName", with: .string("Negotiation"))
            .replacing("data.StageName", with: .string("Closed Won"))
        #expect(try stale.outcome().places == ["$.data.record.StageName"])
        #expect(
            try stale.replacing("data.record.SystemModstamp", with: .string("2099-01-01T00:00:00Z")).outcome().reason
                != nil)
        let lost = event.replacing("data.record.IsWon", with: .bool(false))
            .replacing("data.record.IsClosed", with: .bool(true))
        #expect(try lost.outcome().places == ["$.data.record.IsWon"])
        let header = "data.ChangeEventHeader"
        let gone = event.replacing("\(header).changeType", with: .string("DELETE"))
        #expect(try gone.outcome().places == ["$.data.StageName"])
        #expect(try gone.replacing("data.record.IsDeleted", with: .bool(true)).outcome().reason != nil)
        #expect(
            try gone.replacing("data.record", with: nil).replacing("data.StageName", with: .null).outcome().reason
                != nil)
        let other = event.replacing("\(header).entityName", with: .string("Account"))
        #expect(try other.outcome().places == ["$.data.ChangeEventHeader.entityName"])
        let message = try CaseEvent(json: Sample.outboundMessage.event())
        #expect(try message.replacing("data.type", with: nil).outcome().places == ["$.data.type"])
        #expect(
            try message.replacing("data.type", with: .string("Account"))
                .replacing("data.sObject.Id", with: .string("006ak00000OQ4RxAAL")).outcome().places == ["$.data.type"])
        let quote = try CaseEvent(json: Sample.cpq.event()).replacing("data.SBQQ__Primary__c", with: .bool(false))
        #expect(try quote.outcome().reason != nil)
        #expect(
            try quote.replacing("data.SBQQ__Ordered__c", with: .bool(true)).outcome().places
                == ["$.data.SBQQ__Primary__c"])
        let deleted = try CaseEvent(json: Sample.hubSpot.event())
            .replacing("data.event.subscriptionType", with: .string("deal.deletion"))
        #expect(try deleted.outcome().places == ["$.data.deal.properties.dealstage"])
        #expect(try deleted.replacing("data.deal.archived", with: .string("true")).outcome().reason != nil)
        let closed = try CaseEvent(json: Sample.hubSpot.event())
            .replacing("data.deal.properties.hs_is_closed_lost", with: .string("true"))
        #expect(try closed.outcome().places == ["$.data.deal.properties.hs_is_closed_lost"])
    }

    @Test("CASE-K2 an envelope that was sent without its fields is no envelope that names no opportunity")
    func envelopes() throws {
        for name in ["member-absent", "member-null"] {
            let outcome = try CaseEvent("envelope-fields/\(name).json").outcome()
            #expect(outcome.places == ["$.data.data.envelopeSummary.customFields"] && outcome.owners == [.integration])
        }
        for name in ["other-field-only", "opportunity-of-spaces"] {
            #expect(
                try CaseEvent("envelope-fields/\(name).json").outcome().reason == "the envelope names no opportunity")
        }
        let fields = "data.data.envelopeSummary.customFields"
        let event = try CaseEvent("envelope-fields/other-field-only.json")
        // Half of it, another kind, what cannot be read, and the same field twice.
        let wrong: [(String, JSON, String)] = [
            (fields, [:], "$.\(fields)"), (fields, .string("e30="), "$.\(fields)"),
            (fields, ["textCustomFields": .string("x")], "$.\(fields).textCustomFields"),
            (fields, ["textCustomFields": .array([["value": .string("O-1")]])], "$.\(fields).textCustomFields[0]"),
            (
                fields,
                ["listCustomFields": .array([["name": .string("OpportunityId"), "value": .array([])]])],
                "$.\(fields).listCustomFields[0].value"
            ),
            (
                fields,
                [
                    "textCustomFields": .array([
                        ["name": .string("OpportunityId"), "value": .string("O-1")],
                        ["name": .string("opportunity id"), "value": .string("O-2")],
                    ])
                ], "$.\(fields).textCustomFields[1].value"
            ),
        ]
        for (path, value, place) in wrong {
            #expect(try event.replacing(path, with: value).outcome().places == [place], "\(value)")
        }
        let typed = event.replacing("\(fields).textCustomFields.0.name", with: .string("Opportunity ID"))
        #expect(try typed.outcome().signature?.opportunity == "4711")
        #expect(
            try typed.replacing("\(fields).textCustomFields.0.value", with: .integer(4711)).outcome().signature?
                .opportunity == "4711")
        // Connect was set up to tell of the last recipient only: the envelope says itself that it is completed.
        let recipient = typed.replacing("data.event", with: .string("recipient-completed"))
        #expect(try recipient.outcome().signature?.opportunity == "4711")
        #expect(
            try recipient.replacing("data.data.envelopeSummary.status", with: .string("sent")).outcome().reason != nil)
    }

    // MARK: - Rows

    @Test("CASE-K3 the activity that closes a sale is no row of the opportunity, and a lost sale is none that was won")
    func activities() throws {
        let lose = try CaseEvent("win-and-lose/lose.json")
        #expect(try lose.outcome().reason == "the message says that the sale was lost")
        #expect(
            try lose.replacing("data.record.statecode", with: .integer(1)).outcome().places
                == ["$.data.record.statecode"])
        #expect(try lose.replacing("data.record", with: nil).outcome().reason != nil)
        let win = try CaseEvent("win-and-lose/win.json")
        let deal = try #require(try win.outcome().deal)
        #expect(deal.total.description == total)
        #expect(!String(decoding: deal.canonicalBytes, as: UTF8.self).contains("supplier"))
        #expect(
            try win.replacing("data.PrimaryEntityName", with: .string("opportunityclose")).outcome().reason
                == "the message is about a row that is no opportunity")
        let without = try CaseEvent("win-and-lose/win-without-record.json").outcome()
        #expect(without.places == ["$.data.record"] && without.owners == [.integration])
        #expect(
            try win.replacing("data.record.statecode", with: .integer(0)).outcome().places
                == ["$.data.record.statecode"])
        // The row without its stage: nothing but the activity would say that it was won.
        #expect(
            try win.replacing("data.record.statecode", with: nil).outcome().rejection?.incidentClass
                == .mandatoryMissing)
        // Another opportunity's row among the images, and a row that is named by its id alone.
        let update = try CaseEvent(json: Sample.dynamics.event()).replacing("data.record.statecode", with: nil)
        let image = "data.PostEntityImages.0.value"
        let target = "data.InputParameters.0.value"
        let other = update.replacing("\(image).Id", with: .string("00000000-9a47-f111-a813-000d3a1b1223"))
        #expect(try other.outcome().places?.contains { $0.hasSuffix("new_version") } != true)
        #expect(try other.outcome().deal == nil)
        let bare = update.replacing("\(image).LogicalName", with: nil).replacing("\(target).LogicalName", with: nil)
        #expect(try bare.outcome().deal?.total.description == total)
        // Images and parameters alone never have the account and the lines.
        let alone = try CaseEvent(json: Sample.dynamics.event()).replacing("data.record", with: nil)
        #expect(try alone.outcome().places == ["$.data.record"])
    }

    // MARK: - Containers

    @Test("CASE-K4 a container that is absent or of another kind is said once, to whoever relays it")
    func containers() throws {
        for name in ["change", "platform-event"] {
            let outcome = try CaseEvent("payload-as-text/\(name).json").outcome()
            #expect(outcome.places == ["$.data.payload"] && outcome.rejection?.incidentClass == .wrongSchema)
            #expect(outcome.owners == [.integration])
        }
        let samples: [(Sample, String)] = [
            (.platformEvent, "data.payload"), (.change, "data.record.Account"), (.hubSpot, "data.company"),
            (.hubSpot, "data.company.properties"), (.hubSpot, "data.deal"),
            (.dynamics, "data.record.customerid_account"), (.cpq, "data.SBQQ__Account__r"),
            (.outboundMessage, "data.sObject"), (.docuSign, "data.data.envelopeSummary"),
            (.hubSpot, "data.lineItems"), (.change, "data.record.OpportunityLineItems"),
            (.cpq, "data.SBQQ__LineItems__r"), (.dynamics, "data.record.product_opportunities"),
        ]
        let kinds: [JSON?] = [nil, .string("eyJhIjoxfQ=="), .array([]), .integer(1)]
        for (sample, path) in samples {
            for kind in kinds {
                // An empty list is there, and for sales to fill.
                if kind == .array([]), isList(path) { continue }
                let outcome = try CaseEvent(json: sample.event([path: kind])).outcome()
                #expect(outcome.places == ["$.\(path)"], "\(path) \(String(describing: kind))")
                #expect(outcome.owners == [.integration], "\(path) \(String(describing: kind))")
            }
        }
        // A record of another kind, and one that was not read, ask for the record and nothing else.
        for kind in [JSON.null, .string("x"), .array([])] {
            #expect(
                try CaseEvent(json: Sample.change.event(["data.record": kind])).outcome().places == ["$.data.record"])
        }
        // An object of which nothing is known, and one item of a list of another kind.
        #expect(
            try CaseEvent(json: Sample.platformEvent.event(["data": ["payload": ["x": .integer(1)]]])).outcome().places
                == ["$.data.payload"])
        #expect(
            try CaseEvent(json: Sample.hubSpot.event(["data.lineItems.1": .string("9002")])).outcome().places
                == ["$.data.lineItems[1]"])
        // A lookup that is optional, and was flattened: what it says would be lost in silence.
        #expect(
            try CaseEvent(json: Sample.change.event(["data.record.Pricebook2": .string("Standard")])).outcome().places
                == ["$.data.record.Pricebook2"])
        // Nobody sold anything, or nobody is there yet: what sales has to fill in is told to sales.
        for empty: [String: JSON?] in [
            ["data.record.OpportunityLineItems": .null], ["data.record.Account.Name": nil],
            ["data.record.Baton_DeliveryOwner__r": .null],
        ] {
            let outcome = try CaseEvent(json: Sample.change.event(empty)).outcome()
            #expect(outcome.owners?.contains(.integration) == false, "\(empty)")
        }
    }

    private func isList(_ path: String) -> Bool {
        ["lineItems", "OpportunityLineItems", "SBQQ__LineItems__r", "product_opportunities"].contains {
            path.hasSuffix($0)
        }
    }

    // MARK: - Identity

    @Test("CASE-K5 a merged deal is known by the ids it had, and any other deal is still refused")
    func merged() throws {
        let event = try CaseEvent("merged-deal/event.json")
        let deal = try #require(try event.outcome().deal)
        #expect(deal.opportunity == "OPP-C14")
        // Ids as texts, a later merge, and an event that was sent before the merge under the old id.
        #expect(try event.replacing("data.event.newObjectId", with: .string("17650001499")).outcome().deal == deal)
        let later = event.replacing("data.deal.id", with: .string("17650009999"))
        #expect(try later.outcome().places == ["$.data.deal.id"])
        let property = "data.deal.properties.hs_merged_object_ids"
        #expect(
            try later.replacing(property, with: .string("17650001401;17650001402;17650001499")).outcome().deal == deal)
        let before = event.replacing("data.event.newObjectId", with: nil).replacing(
            "data.event.mergedObjectIds", with: nil
        )
        .replacing("data.event.primaryObjectId", with: nil)
        .replacing("data.event.subscriptionType", with: .string("deal.propertyChange"))
        #expect(try before.outcome().places == ["$.data.deal.id"])
        #expect(try before.replacing(property, with: .string("17650001401")).outcome().deal == deal)
        // Read before the merge had ended: one of those that are gone.
        for old in ["17650001401", "17650001402"] {
            #expect(try event.replacing("data.deal.id", with: .string(old)).outcome().places == ["$.data.deal.id"])
        }
        // Where the primary one keeps its id, as it used to be.
        let kept = event.replacing("data.event.newObjectId", with: nil)
            .replacing("data.deal.id", with: .string("17650001401"))
        #expect(try kept.outcome().deal == deal)
        #expect(try event.replacing("data.deal.id", with: .string("17")).outcome().places == ["$.data.deal.id"])
        // Fetched under the old id, which HubSpot answers with the deal that is left, and nothing else says so.
        let asked = before.replacing("data.fetchedAs", with: .string("17650001401"))
        #expect(try asked.outcome().deal == deal)
        #expect(
            try before.replacing("data.fetchedAs", with: .string("17650001407")).outcome().places == ["$.data.deal.id"])
    }

    @Test(
        "CASE-K5 each id that a deal has or had is a name of its opportunity, with a number of the company or without")
    func names() throws {
        let event = try CaseEvent("merged-deal/event.json")
        #expect(try event.names() == ["17650001499", "17650001401", "17650001402"])
        let unnumbered = event.replacing("data.deal.properties.baton_opportunity", with: nil)
        #expect(try unnumbered.outcome().deal?.opportunity == "17650001499")
        #expect(try unnumbered.names() == ["17650001401", "17650001402"])
        let asked = unnumbered.replacing("data.event", with: nil)
            .replacing("data.fetchedAs", with: .string("17650001401"))
        #expect(try asked.names() == ["17650001401"])
        let known = asked.replacing("data.fetchedAs", with: nil)
            .replacing("data.deal.properties.hs_merged_object_ids", with: .string("17650001401;17650001402"))
        #expect(try known.names() == ["17650001401", "17650001402"])
        // What is no id is no name, and one deal has not any number of them.
        #expect(try asked.replacing("data.fetchedAs", with: .string("OPP-1")).names().isEmpty)
        let many = (1...300).map(String.init).joined(separator: ";")
        #expect(
            try asked.replacing("data.deal.properties.hs_merged_object_ids", with: .string(many)).names().count <= 100)
    }
}
