import Testing
import Workers

@testable import Deals

@Suite("The decoder takes what the contract says and explains everything else")
struct DealEventDecoderTests {
    @Test(
        "A3 a client written from the schema alone is understood", .timeLimit(.minutes(1)),
        arguments: Examples.dealEventNames)
    func understandsExample(name: String) throws {
        let body = try Examples.body(name)
        #expect(try Judge(schema: Examples.dealSchema).verdict(on: body) == "valid")
        let intake = try DealEventDecoder().decode(body: body, routingKey: Examples.routingKey(of: body))
        if case .ignored = intake {
            #expect(name == Examples.ignored)
        } else {
            #expect(name != Examples.ignored)
        }
    }

    @Test(
        "A17 bad input is refused at once with a class and every place", .timeLimit(.minutes(1)),
        arguments: ExpectedRejection.all)
    func refusesExample(expected: ExpectedRejection) throws {
        let body = try Examples.body(expected.file, in: ExpectedRejection.folder)
        let rejection = try #require(Samples.rejection(of: body, routingKey: expected.routingKey))
        #expect(rejection.incidentClass.rawValue == expected.incidentClass)
        #expect(rejection.findings.map(\.path) == expected.paths)
        #expect(rejection.findings.allSatisfy { !$0.text.isEmpty && !$0.cure.isEmpty })
        #expect(!rejection.reason.isEmpty && rejection.reason.count <= 1000)
    }

    @Test(
        "A17 bad input of the grouped contract is refused at once with a class, every place and who can cure it",
        arguments: ExpectedRejection.grouped)
    func refusesGroupedExample(expected: ExpectedRejection) throws {
        let body = try Examples.body(expected.file, in: ExpectedRejection.groupedFolder)
        let rejection = try #require(Samples.rejection(of: body, routingKey: expected.routingKey))
        #expect(rejection.incidentClass.rawValue == expected.incidentClass)
        #expect(rejection.findings.map(\.path) == expected.paths)
        #expect(rejection.findings.map(\.owner.rawValue) == expected.owners)
        #expect(rejection.findings.allSatisfy { !$0.text.isEmpty && !$0.cure.isEmpty })
        #expect(!rejection.reason.isEmpty && rejection.reason.count <= 1000)
    }

    @Test("A17 every bad example is in the index, and every intake class has one")
    func indexIsComplete() throws {
        let files = Set(Examples.names(in: ExpectedRejection.folder)).subtracting(["expected.json"])
        #expect(files == Set(ExpectedRejection.all.map(\.file)))
        let grouped = Set(Examples.names(in: ExpectedRejection.groupedFolder)).subtracting(["expected.json"])
        #expect(grouped == Set(ExpectedRejection.grouped.map(\.file)))
        let byLimitsAlone: Set<String> = ["too_large", "too_many_lines"]
        let classes = Set((ExpectedRejection.all + ExpectedRejection.grouped).map(\.incidentClass)).union(byLimitsAlone)
        let later: Set<IncidentClass> = [
            .conflict, .lateChange, .baseMissing, .baseStale, .baseUnusable, .taxUnknown, .revenueRuleMissing,
            .entityUnmapped,
            .duplicateCustomer, .serviceUnknown, .targetRefused, .undoRefused, .residue, .adoptionUnconfirmed,
            .copyLeft, .lookFailed,
            .statusRefused, .catalogMissing, .templateRetired, .currencyNotEnabled, .taxProfileMissing, .termsUnknown,
            .rateCardMissing, .dimensionInvalid, .sowMismatch, .signatureUnmatched, .planStale,
            .attemptsUsedUp, .ageUsedUp, .takeoversUsedUp, .unroutable, .undeliverable, .movedByHand,
            .unknown,
        ]
        #expect(classes == Set(IncidentClass.allCases.filter { !later.contains($0) }.map(\.rawValue)))
    }

    @Test(
        "A15 a deal is refused as not approved without approval, approver, time or delivery owner",
        arguments: ["approval", "approval.status", "approval.approver", "approval.approvedAt", "deliveryOwner"])
    func needsApproval(path: String) {
        let rejection = Samples.rejection(of: Samples.event("data.\(path)", nil))
        #expect(rejection?.incidentClass == .notApproved)
        #expect(rejection?.findings.allSatisfy { $0.owner == .salesOperations } == true)
    }

    @Test("A15 a status that only looks like approved is not", arguments: ["pending", "Approved", "approved "])
    func needsApprovedStatus(status: String) {
        let rejection = Samples.rejection(of: Samples.event("data.approval.status", .string(status)))
        #expect(rejection?.findings.map(\.path) == ["$.data.approval.status"])
    }

    @Test("A16 fields outside of the contract never reach the stored deal, the link does")
    func dropsTheRest() throws {
        let event = try Examples.event("additional-fields.json")
        let stored = String(decoding: event.deal.canonicalBytes, as: UTF8.self)
        for dropped in ["salesNotes", "Fridays", "competitors", "probability", "forecast", "Birthday", "phone", "note"]
        {
            #expect(!stored.contains(dropped))
        }
        let linked = try Examples.event("fixed-fee-eur.json").deal
        #expect(linked.link == "https://crm.example/opportunities/0065g00000A1b2C")
        #expect(String(decoding: linked.canonicalBytes, as: UTF8.self).contains("https://crm.example/opportunities/"))
    }

    @Test("A16 no finding repeats a value of the event", arguments: Examples.dealEventNames)
    func findingsKeepSecrets(name: String) throws {
        // Every text in the message is marked and made wrong in a way of its own; no mark may come out again.
        let marked = mark(try Examples.json(name))
        let rejection = try #require(
            Samples.rejection(of: marked.canonicalBytes, routingKey: "salesforce.deal.updated.v1"))
        #expect(!rejection.findings.isEmpty)
        #expect(!"\(rejection) \(rejection.findings)".contains("SECRET"))
    }

    private func mark(_ json: JSON) -> JSON {
        switch json {
        case .string: .string("SECRET\u{7}" + String(repeating: "SECRET", count: 500))
        case .array(let items): .array(items.map(mark))
        case .object(let members): .object(members.map { .init($0.name, mark($0.value)) } + [.init("SECRET", .null)])
        default: json
        }
    }

    @Test("A1 a deal at another stage is ignored with a reason, approved or not")
    func ignoresOtherStages() throws {
        let event = Samples.replace(["data", "stage"], in: Samples.event, .string("Negotiation"))
        let body = Samples.replace(["data", "approval"], in: event, nil).canonicalBytes
        let intake = try DealEventDecoder().decode(body: body, routingKey: Samples.routingKey)
        guard case .ignored(let event) = intake else {
            Issue.record("not ignored")
            return
        }
        #expect(event.deal?.stage == "Negotiation" && event.key == event.deal?.key)
        #expect(!event.reason.isEmpty && !event.reason.contains("Negotiation"))
    }

    @Test("a refusal still says whom to answer, as far as it can be read")
    func tracesRefusals() throws {
        let wrong = try #require(Samples.rejection(of: Samples.event("data.customer", nil)))
        #expect(wrong.trace.eventID == "e-1" && wrong.trace.source == "salesforce")
        #expect(wrong.trace.key == Deal.Key(opportunity: "O-1", contract: "C-1", version: 1))
        #expect(wrong.refused.incidentClass == .wrongSchema && wrong.refused.reason.contains("$.data.customer"))
        let unreadable = try #require(Samples.rejection(of: Array("{".utf8)))
        #expect(unreadable.trace == Rejection.Trace(source: "salesforce"))
        let nobody = try #require(Samples.rejection(of: [], routingKey: "No Slug.x"))
        #expect(nobody.trace == Rejection.Trace())
    }

    @Test("a broken trace context is ignored and never refuses a deal")
    func traceContext() throws {
        let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let cases: [(String, String?)] = [
            (valid, valid), (valid.uppercased(), nil), ("ff" + valid.dropFirst(2), nil), (valid + "-00", nil),
            ("00-\(String(repeating: "0", count: 32))-00f067aa0ba902b7-01", nil), ("x", nil),
        ]
        for (text, expected) in cases {
            let body = Samples.event("traceparent", .string(text))
            let intake = try DealEventDecoder().decode(body: body, routingKey: Samples.routingKey)
            #expect(try #require(intake.event).traceparent == expected)
        }
    }

    @Test("an amount beyond every limit is a finding and no crash")
    func overflow() throws {
        let line = Samples.replace(["amountMinor"], in: Samples.line, .integer(DealReader.maximalAmount))
        let lines = (1...2000).map { Samples.replace(["number"], in: line, .integer($0)) }
        let rejection = try #require(Samples.rejection(of: Samples.event("data.lines", .array(lines))))
        #expect(rejection.incidentClass == .amountsDoNotAddUp)
    }
}
