import Deals
import Testing

@testable import Mappings

@Suite("A change event is a deal with its record, and without one never lost in silence")
struct SalesforceChangeTests {
    private func map(_ changes: [String: JSON?]) throws -> MappedEvent {
        try SalesforceChange().map(try #require(try Sample.change.event(changes).member("data")))
    }

    private func failure(_ changes: [String: JSON?]) throws -> MappingFailure? {
        do {
            _ = try map(changes)
            return nil
        } catch let error as MappingFailure {
            return error
        }
    }

    private func texts(_ texts: String...) -> JSON { .array(texts.map(JSON.string)) }

    private let header = "data.ChangeEventHeader"
    private let needsRecord = ["$.data.record"]

    @Test("L6 an update without its record is nothing where it surely starts no handoff")
    func nothing() throws {
        let fields = "\(header).changedFields"
        #expect(
            try map(["data.record": nil, "data.StageName": .string("Negotiation")])
                == .nothing(because: "the stage starts no handoff for source salesforce"))
        #expect(
            try map(["data.record": nil, "data.StageName": nil, fields: texts("NextStep", "LastModifiedDate")])
                == .nothing(because: "no field that a handoff reads has changed"))
        #expect(
            try map(["data.record": nil, "data.StageName": nil])
                == .nothing(because: "the stage was emptied"))
        #expect(
            try map([
                "data.record": nil, "data.StageName": nil, fields: texts("LastModifiedDate"),
                "\(header).nulledFields": texts("StageName"),
            ]) == .nothing(because: "the stage was emptied"))
        #expect(
            try map(["data.record": nil, "data.StageName": nil, fields: texts("Name.LastName", "MailingAddress.City")])
                == .nothing(because: "no field that a handoff reads has changed"))
        for change in ["DELETE", "GAP_DELETE"] {
            let gone: [String: JSON?] = [
                "\(header).changeType": .string(change), "data.record": nil, "data.StageName": nil,
            ]
            guard case .nothing = try map(gone) else {
                Issue.record("\(change) is not nothing")
                continue
            }
        }
        #expect(
            try map([
                "\(header).entityName": .string("Account"), "data.record": nil,
                "\(header).recordIds": texts("001ak00000OKNPHAA5"),
            ])
                == .nothing(because: "the change is of a record that is no opportunity"))
    }

    @Test("L6 a change that may start a handoff and lacks its record asks for it, a gap always")
    func asksForRecord() throws {
        let fields = "\(header).changedFields"
        let cases: [[String: JSON?]] = [
            [:], ["data.StageName": nil, fields: texts("Amount")],
            // A part of a compound field, and the bit set of the Pub/Sub API that nobody has resolved.
            ["data.StageName": nil, fields: texts("Account.Name")], ["data.StageName": nil, fields: texts("0x400002")],
            // Nothing said about what changed, and lookups under their field's name.
            ["data.StageName": nil, fields: nil], ["data.StageName": nil, fields: texts("AccountId")],
            ["data.StageName": nil, fields: texts("Baton_DeliveryOwner__c")],
            ["\(header).changeType": .string("CREATE")], ["\(header).changeType": .string("UNDELETE")],
            ["\(header).changeType": .string("GAP_UPDATE"), "data.StageName": nil],
            ["\(header).changeType": .string("GAP_CREATE"), "data.StageName": .string("Negotiation")],
            ["\(header).changeType": .string("GAP_OVERFLOW"), "\(header).recordIds": texts()],
        ]
        for changes in cases {
            let failure = try failure(changes.merging(["data.record": nil]) { $1 })
            #expect(failure?.findings.map(\.path) == needsRecord, "\(changes)")
        }
        let several = try failure([
            "data.record": nil, "\(header).recordIds": texts("006ak00000OQ4RxAAL", "006ak00000OQ4RyAAL"),
        ])
        #expect(several?.findings.first?.cure.contains("each of the 2 records") == true)
    }

    @Test("L6 of several records the one that comes along is mapped, and one that the change does not name is refused")
    func severalRecords() throws {
        let ids = "\(header).recordIds"
        let deal = try Sample.change.deal()
        for same: [String: JSON?] in [
            [ids: texts("006ak00000OQ4RyAAL", "006ak00000OQ4RxAAL")], [ids: texts("006ak00000OQ4Rx")],
            ["data.record.Id": .string("006ak00000OQ4Rx")],
            [ids: nil, "\(header).recordId": .string("006ak00000OQ4RxAAL")],
            [ids: nil, "\(header).changeType": .string("GAP_OVERFLOW")],
            ["\(header).changeType": .string("GAP_UPDATE"), "data.StageName": nil],
        ] {
            #expect(try Sample.change.deal(same) == deal, "\(same)")
        }
        for wrong: [String: JSON?] in [
            [ids: texts("006ak00000OQ4RyAAL")], [ids: texts("006ak00000OQ4rx")], ["data.record.Id": nil],
        ] {
            #expect(try failure(wrong)?.findings.map(\.path) == ["$.data.record.Id"], "\(wrong)")
        }
    }

    @Test("L6 without a number of the company's own, the opportunity is the record's id in its one form")
    func identity() throws {
        let changes: [String: JSON?] = [
            "data.record.Baton_Opportunity__c": nil, "data.record.Id": .string("006ak00000OQ4Rx"),
            "data.record.Account.AccountNumber": nil, "data.record.Account.Id": .string("001ak00000OKNPH"),
        ]
        let deal = try Sample.change.deal(changes)
        #expect(deal.opportunity == "006ak00000OQ4RxAAL" && deal.customer.id == "001ak00000OKNPHAA5")
        // Fifteen characters that are no id of an opportunity stay what the company wrote.
        let own = try Sample.change.deal(["data.record.Baton_Opportunity__c": .string("OPP202600000815")])
        #expect(own.opportunity == "OPP202600000815")
    }

    @Test("L6 what has no header is refused, and a payload is found where CometD wraps it")
    func shape() throws {
        #expect(try failure(["data.ChangeEventHeader": nil])?.findings.count == 1)
        #expect(throws: MappingFailure.self) { try SalesforceChange().map(.null) }
        let event = try Sample.change.event()
        let data = try #require(event.member("data"))
        let wrapped: JSON = ["schema": .string("x"), "payload": data]
        #expect(try Sample.change.deal(["data": wrapped]) == Sample.change.deal())
    }
}
