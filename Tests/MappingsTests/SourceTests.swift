import Deals
import Testing

@testable import Mappings

@Suite("Each source's own ways are understood, and said what is wrong with them")
struct SourceTests {
    private func paths(_ sample: Sample, _ changes: [String: JSON?]) throws -> [String]? {
        try sample.rejection(changes)?.findings.map(\.path)
    }

    @Test("L6 Dataverse's message of over 256 KB is refused with a cure without its row, and a deal with it")
    func sizeExceeded() throws {
        let dropped: [String: JSON?] = ["data.InputParameters": nil, "data.PostEntityImages": nil]
        let rejection = try #require(try Sample.dynamics.rejection(dropped.merging(["data.record": nil]) { $1 }))
        #expect(rejection.findings.map(\.path) == ["$.data.record"])
        #expect(rejection.reason.contains("256 KB") && rejection.findings.allSatisfy { !$0.cure.isEmpty })
        let event = try Sample.dynamics.event()
        let attributes = try #require(event.at("data.PostEntityImages.0.value.Attributes"))
        guard case .array(let pairs) = attributes else {
            Issue.record("no attributes")
            return
        }
        // The same columns in the row that was read.
        var changes = dropped
        for pair in pairs {
            guard case .string(let name)? = pair.member("key"), event.at("data.record.\(name)") == nil else { continue }
            let value: JSON? = pair.at("value.Value") ?? pair.member("value")
            changes["data.record.\(name)"] = .some(value)
        }
        #expect(try Sample.dynamics.deal(changes) == Sample.dynamics.deal())
    }

    @Test("L6 Dataverse's options, amounts and places are read out of their wrapping, the row before the image")
    func wrapping() throws {
        let amount = "data.PostEntityImages.0.value.Attributes.6.value.Value"
        #expect(try Sample.dynamics.event().at(amount) != nil)
        #expect(
            try paths(.dynamics, [amount: .string("x")]) == ["$.data.PostEntityImages[0].value.Attributes[6].value"])
        #expect(
            try Sample.dynamics.deal([amount: .string("x"), "data.record.totalamount": .string("204500.50")])
                == Sample.dynamics.deal())
        #expect(
            try paths(.dynamics, ["data.record.product_opportunities.0.new_model": .integer(100_000_099)])
                == ["$.data.record.product_opportunities[0].new_model"])
        let collection: JSON = [
            "Entities": .array([
                [
                    "Attributes": .array([
                        ["key": .string("new_role"), "value": ["Value": .integer(100_000_000)]],
                        ["key": .string("fullname"), "value": .string("From a collection")],
                    ])
                ]
            ])
        ]
        let pair: JSON = ["key": .string("new_contacts"), "value": collection]
        let deal = try Sample.dynamics.deal([
            "data.record.new_contacts": nil, "data.InputParameters.0.value.Attributes": .array([pair]),
        ])
        #expect(deal.customer.contacts.map(\.name) == ["From a collection"])
    }

    @Test("L6 another entity, a deletion and a row that is not the message's are told apart")
    func dynamicsMessages() throws {
        let gone: [String: JSON?] = ["data.record": nil, "data.PostEntityImages": nil, "data.InputParameters": nil]
        #expect(
            try Sample.dynamics.reason(gone.merging(["data.PrimaryEntityName": .string("account")]) { $1 }) != nil)
        #expect(try Sample.dynamics.reason(gone.merging(["data.MessageName": .string("Delete")]) { $1 }) != nil)
        #expect(try paths(.dynamics, ["data.MessageName": nil]) == ["$.data"])
        let other = JSON.string("00000000-9a47-f111-a813-000d3a1b1223")
        #expect(try paths(.dynamics, ["data.PrimaryEntityId": other]) == ["$.data.record.opportunityid"])
        let braces = JSON.string("{1C2F9C56-9A47-F111-A813-000D3A1B1223}")
        #expect(try Sample.dynamics.deal(["data.PrimaryEntityId": braces]) == Sample.dynamics.deal())
    }

    @Test("L6 HubSpot's webhooks are taken in both forms for the deal that was fetched upon them")
    func hubSpot() throws {
        let deal = try Sample.hubSpot.deal()
        #expect(
            try Sample.hubSpot.deal([
                "data.event.subscriptionType": .string("object.propertyChange"),
                "data.event.objectTypeId": .string("0-3"),
            ]) == deal)
        #expect(try Sample.hubSpot.deal(["data.event": nil]) == deal)
        for other: [String: JSON?] in [
            ["data.event.subscriptionType": .string("contact.propertyChange")],
            ["data.event.subscriptionType": .string("object.creation"), "data.event.objectTypeId": .string("0-1")],
            ["data.event.subscriptionType": .string("deal.deletion"), "data.deal": nil],
            ["data.deal.archived": .bool(true)],
        ] {
            #expect(try Sample.hubSpot.reason(other) != nil, "\(other)")
        }
        #expect(try paths(.hubSpot, ["data.deal": nil]) == ["$.data.deal"])
        #expect(try paths(.hubSpot, ["data.deal.id": .string("1")]) == ["$.data.deal.id"])
        #expect(try paths(.hubSpot, ["data.event.subscriptionType": nil]) == ["$.data.event.subscriptionType"])
        let own = try Sample.hubSpot.deal([
            "data.deal.properties.baton_opportunity": .string(""),
            "data.company.properties.baton_account_number": nil,
        ])
        #expect(own.opportunity == "17654321098" && own.customer.id == "551")
    }

    @Test("L6 of a CPQ bundle each price counts once, however the company splits it")
    func bundles() throws {
        func sold(_ lines: [(String?, Int64)], total: Int64) -> [Int]? {
            BundleLine.sold(
                lines.enumerated().map { BundleLine(index: $0, id: "\($0)", requiredBy: $1.0, amount: $1.1) },
                total: total)
        }
        // A heading without a price, a bundle with the sum of its parts, one with a price of its own, parts without.
        #expect(sold([(nil, 0), ("0", 60), ("0", 40)], total: 100) == [1, 2])
        #expect(sold([(nil, 100), ("0", 60), ("0", 40), (nil, 5)], total: 105) == [1, 2, 3])
        #expect(sold([(nil, 100), ("0", 60), ("0", 40)], total: 200) == [0, 1, 2])
        #expect(sold([(nil, 100), ("0", 0), ("0", 0)], total: 100) == [0, 1, 2])
        // Nested: only the innermost parts have prices that are nobody else's sum.
        #expect(sold([(nil, 100), ("0", 100), ("1", 70), ("1", 30)], total: 100) == [2, 3])
        #expect(sold([(nil, 0)], total: 0) == [0])
        #expect(sold([(nil, 100), ("0", 60), ("0", 40)], total: 150) == nil)
        #expect(sold([(nil, .max), (nil, .max)], total: 1) == nil)

        let bundle = "data.SBQQ__LineItems__r.records.0.SBQQ__NetTotal__c"
        let parts = try #require(JSON.Number("124500.50"))
        #expect(try Sample.cpq.deal([bundle: .number(parts)]) == Sample.cpq.deal())
        #expect(try paths(.cpq, ["data.SBQQ__NetAmount__c": .integer(1)]) == ["$.data.SBQQ__NetAmount__c"])
        #expect(
            try paths(.cpq, [bundle: .string("x")])?.first
                == "$.data.SBQQ__LineItems__r.records[0].SBQQ__NetTotal__c")
    }

    @Test("L6 only a primary quote is a deal, without the options that nobody took")
    func primary() throws {
        let primary = "data.SBQQ__Primary__c"
        #expect(try Sample.cpq.reason([primary: .bool(false)]) != nil)
        for wrong in [nil, JSON.null, .string("true"), .integer(1)] {
            #expect(try paths(.cpq, [primary: wrong]) == ["$.data.SBQQ__Primary__c"])
        }
        #expect(try Sample.cpq.deal().lines.map(\.number) == [1, 2, 3, 4])
        let taken: [String: JSON?] = [
            "data.SBQQ__LineItems__r.records.5.SBQQ__Optional__c": .bool(false),
            "data.SBQQ__LineItems__r.records.5.Baton_Model__c": .string("Fixed Fee"),
            "data.SBQQ__LineItems__r.records.5.Baton_Installments__c": .integer(1),
            "data.SBQQ__NetAmount__c": .string("209500.50"),
        ]
        #expect(try Sample.cpq.deal(taken).lines.map(\.number) == [1, 2, 3, 4, 11])
    }
}
