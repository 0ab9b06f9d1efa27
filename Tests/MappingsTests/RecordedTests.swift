import Foundation
import Testing

@testable import Deals
@testable import Mappings

@Suite("What real systems answered is read without losing a field")
struct RecordedTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Recorded")

    private func recorded(_ file: String) throws -> JSON {
        try JSON(reading: Sample.bytes(file, in: Self.folder))
    }

    private static let changes = [
        "new_account", "update_contact", "update_contact_compound_address", "update_lead_compound_address",
        "update_user",
    ]

    @Test("L6 a recorded change event is read, and as a change of another record starts nothing", arguments: changes)
    func changeEvents(file: String) throws {
        let data = try recorded("salesforce/\(file).json")
        #expect(
            try SalesforceChange().map(data) == .nothing(because: "the change is of a record that is no opportunity"))
    }

    @Test(
        "L6 a recorded header on an opportunity is read in full: ids, kind of change, changed and compound fields",
        arguments: changes)
    func headers(file: String) throws {
        let recorded = try recorded("salesforce/\(file).json")
        let ids = recorded.at("ChangeEventHeader.recordIds.0") ?? recorded.at("ChangeEventHeader.recordId")
        guard case .string(let id)? = ids else {
            Issue.record("no id")
            return
        }
        let data = recorded.replacing("ChangeEventHeader.entityName", with: .string("Opportunity"))
        let record = try #require(try Sample.change.event().at("data.record"))
        // The id is the recorded one, so the record is the change's; another record is refused.
        let enriched = data.replacing("record", with: record.replacing("Id", with: .string(id)))
        guard case .deal = try SalesforceChange().map(enriched) else {
            Issue.record("no deal")
            return
        }
        #expect(throws: MappingFailure.self) { try SalesforceChange().map(data.replacing("record", with: record)) }
        // None of the recorded fields is one that a handoff reads; where all fields come, the record has to be read.
        let alone = Result { try SalesforceChange().map(data) }
        if file == "new_account" {
            #expect(throws: MappingFailure.self) { try alone.get() }
        } else {
            #expect(try alone.get() == .nothing(because: "no field that a handoff reads has changed"))
        }
    }

    @Test("L6 a field of a recorded change is read where a company maps it, also a part of a compound one")
    func changedFields() throws {
        let fields = [
            "update_contact": "Name.LastName", "update_contact_compound_address": "OtherAddress.PostalCode",
            "update_lead_compound_address": "Address.Street", "update_user": "LastModifiedById",
        ]
        for (file, field) in fields {
            let settings = try MappingSettings(sources: [
                SalesforceChange.type: SourceSettings(fields: ["contractParty": field])
            ])
            let data = try recorded("salesforce/\(file).json")
                .replacing("ChangeEventHeader.entityName", with: .string("Opportunity"))
            #expect(throws: MappingFailure.self, "\(file)") { try SalesforceChange(settings).map(data) }
        }
    }

    @Test("L6 each field of a recorded opportunity that a handoff reads is in its deal")
    func opportunities() throws {
        let answer = try recorded("salesforce/read-opportunity-with-account.json")
        let record = try #require(answer.at("records.0"))
        let roles = try #require(
            try recorded("salesforce/read-opportunity-with-contacts.json").at("records.0.OpportunityContactRoles"))
        let prospecting = try TriggerStages(parsing: "salesforce=Prospecting")
        let header: JSON = ["entityName": .string("Opportunity"), "changeType": .string("UPDATE")]
        let settings = try MappingSettings(
            sources: [
                SalesforceChange.type: SourceSettings(
                    fields: [
                        "currency": "'EUR'", "customer.id": "AccountId", "contacts[].name": "ContactId",
                        "contractParty": "Name",
                    ],
                    words: ["contacts[].role": ["Decision Maker": "sponsor", "Influencer": "delivery"]])
            ])
        // They were read without what has to come along: an account, and lines, of which there are none.
        let account: JSON = ["attributes": ["type": .string("Account")]]
        let whole = record.replacing("OpportunityContactRoles", with: roles).replacing("Account", with: account)
            .replacing("OpportunityLineItems", with: .null)
        let data: JSON = ["ChangeEventHeader": header, "record": whole]
        guard case .deal(let deal, _) = try SalesforceChange(settings).map(data, by: prospecting) else {
            Issue.record("no deal")
            return
        }
        #expect(deal.at("opportunity") == .string("006ak00000OQ4RxAAL"))
        #expect(deal.at("customer.id") == .string("001ak00000OKNPHAA5"))
        #expect(deal.at("totalMinor") == .integer(5_000_000) && deal.at("stage") == .string("Prospecting"))
        #expect(deal.at("contractParty") == .string("Test Opportunity 1"))
        #expect(
            deal.at("customer.contacts")
                == .array([
                    ["role": .string("delivery"), "name": .string("003ak000003dQCDAA2")],
                    ["role": .string("sponsor"), "name": .string("003ak000003dQCGAA2")],
                ]))
        // At the stage that they were recorded in, none of them is sold.
        for index in 0...1 {
            let data: JSON = ["ChangeEventHeader": header, "record": answer.at("records.\(index)")]
            #expect(
                try SalesforceChange().map(data)
                    == .nothing(because: "the stage starts no handoff for source salesforce"))
        }
    }

    @Test("L6 each contact of HubSpot's recorded answers is in the deal, from a page as from a batch")
    func hubSpotContacts() throws {
        let settings = try MappingSettings(sources: [
            HubSpotDeal.type: SourceSettings(fields: [
                "contacts[].role": "'billing'",
                "contacts[].name": "properties.firstname + properties.lastname | properties.email",
            ])
        ])
        let people = [
            "contacts-batch": ["Brian Halligan (Sample Contact)", "Maria Johnson (Sample Contact)"],
            "contacts-response": ["a@example.com", "b@example.com", "c@example.com"],
        ]
        for (file, names) in people {
            let deal = try Sample.hubSpot.deal(["data.contacts": recorded("hubspot/\(file).json")], by: settings)
            #expect(deal.customer.contacts.map(\.name) == names)
            #expect(deal.customer.contacts.allSatisfy { $0.email?.hasSuffix("@example.com") == true })
        }
    }

    @Test("L6 each contact of Dataverse's recorded answer is in the deal that its row is expanded with")
    func dataverseContacts() throws {
        let settings = try MappingSettings(sources: [
            DynamicsExecutionContext.type: SourceSettings(fields: ["contacts[].role": "'billing'"])
        ])
        let rows = try #require(try recorded("dynamics/contacts-read.json").member("value"))
        let deal = try Sample.dynamics.deal(["data.record.new_contacts": rows], by: settings)
        #expect(deal.customer.contacts.map(\.name) == ["Dwayne Elijah", "Heriberto Nathan"])
        #expect(deal.customer.contacts.map(\.email) == ["person@example.com", "person@example.com"])
    }

    @Test("L9 DocuSign's own example of a message is read: each place that a signature is made of")
    func docuSign() throws {
        let recorded = try recorded("docusign/connect.schema-v2.json")
        #expect(
            try DocuSignEnvelope().map(recorded)
                == .nothing(because: "the event is not the completion of an envelope"))
        let completed = recorded.replacing("event", with: .string("envelope-completed"))
        // The example's values are placeholders: the custom field is found by its own name, and what is no time is told.
        let settings = try MappingSettings(sources: [
            DocuSignEnvelope.type: SourceSettings(fields: ["opportunity": "sample string 2"])
        ])
        do {
            _ = try DocuSignEnvelope(settings).map(completed)
            Issue.record("placeholders were taken")
        } catch {
            #expect(
                error.findings.map(\.path) == [
                    "$.data.data.envelopeSummary.status", "$.data.data.envelopeSummary.completedDateTime",
                ])
        }
        let filled =
            completed
            .replacing("data.envelopeSummary.status", with: .string("completed"))
            .replacing("data.envelopeSummary.completedDateTime", with: .string("2026-05-03T16:02:11.9170000Z"))
        guard case .signature(let signature) = try DocuSignEnvelope(settings).map(filled) else {
            Issue.record("no signature")
            return
        }
        #expect(signature.opportunity == "sample string 5" && signature.envelope == "sample string")
    }
}
