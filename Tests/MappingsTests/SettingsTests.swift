import Foundation
import Testing

@testable import Deals
@testable import Mappings

@Suite("A company's own fields and words are settings")
struct SettingsTests {
    private func settings(_ type: String, _ source: SourceSettings) throws -> MappingSettings {
        try MappingSettings(sources: [type: source])
    }

    @Test("B5 a field of another name, an alternative, a joined text and a constant are settings")
    func fields() throws {
        let json = """
            {"fields": {"contract": "Vertrag__c", "currency": "Waehrung__c | 'EUR'",
              "deliveryOwner.name": "Vorname__c + Nachname__c", "lines[].service": "Artikel__r.Nummer__c | ProductCode"},
             "words": {"lines[].model": {"Festpreis": "fixed_fee"}, "customer.country": {"Deutschland": "DE"}}}
            """
        let source = try JSONDecoder().decode(SourceSettings.self, from: Data(json.utf8))
        let changes: [String: JSON?] = [
            "data.record.Vertrag__c": .string("V-1"), "data.record.CurrencyIsoCode": nil,
            "data.record.Baton_Contract__c": nil, "data.record.Vorname__c": .string("Jo"),
            "data.record.Nachname__c": .string(" Weber "), "data.record.Baton_DeliveryOwner__r.Name": nil,
            "data.record.OpportunityLineItems.records.3.Baton_Model__c": .string("Festpreis"),
            "data.record.OpportunityLineItems.records.3.Artikel__r": ["Nummer__c": .string("A-7")],
            "data.record.Account.BillingCountryCode": .string("Deutschland"),
        ]
        let deal = try Sample.change.deal(
            ["data.record.Account.BillingCountryCode": .string("DE")].merging(
                changes.filter { !$0.key.contains("BillingCountry") }
            ) { $1 },
            by: settings(SalesforceChange.type, source))
        #expect(deal.contract == "V-1" && deal.currency.code == "EUR" && deal.deliveryOwner?.name == "Jo Weber")
        #expect(deal.lines[0].service == "A-7" && deal.lines[0].billing == .fixedFee(installments: 6))
        #expect(deal.lines[1].service == "ADVISORY")
        // A word is set for one attribute, and the bill-to country is another.
        let rejection = try #require(
            try Sample.change.rejection(changes, by: settings(SalesforceChange.type, source)))
        #expect(rejection.findings.map(\.text) == ["is not two capital letters of ISO 3166-1"])
    }

    @Test("B5 all that is wrong with settings is said at once")
    func problems() throws {
        let wrong = SourceSettings(
            fields: ["contrakt": "A", "contract": " | + "], words: ["stag": [:]], link: "https://x.example/")
        do {
            _ = try MappingSettings(sources: [HubSpotDeal.type: wrong, "sap.order.v1": .init()])
            Issue.record("taken")
        } catch {
            #expect(error.sentences.count == 5, "\(error)")
            for part in ["contrakt", "'contract' has no field", "stag", "{id}", "sap.order.v1"] {
                #expect(error.description.contains(part))
            }
        }
    }

    @Test("L6 each folder's README names every field that its mapping reads without settings")
    func readmes() throws {
        let folders = [
            SalesforceChange.type: "Salesforce", SalesforcePlatformEvent.type: "Salesforce",
            DynamicsExecutionContext.type: "Dynamics", HubSpotDeal.type: "HubSpot", CPQQuote.type: "CPQ",
        ]
        for (type, folder) in folders {
            let path = Sample.repository.appending(path: "Sources/Business/Mappings/\(folder)/README.md")
            let readme = try String(contentsOf: path, encoding: .utf8)
            let fields = try #require(SourceMappings.defaultFields(of: type))
            for (attribute, field) in fields.names {
                let cell = field.replacing("|", with: "\\|")
                #expect(
                    readme.contains("| `\(attribute)` | `\(cell)` |"),
                    "\(folder)/README.md: | `\(attribute)` | `\(cell)` |")
            }
        }
    }

    @Test("A time means one moment and a day one day, or none")
    func times() {
        let moments: [(String, Int64?)] = [
            ("2026-05-04T07:21:09Z", 1_777_879_269_000), ("2026-05-04T09:21:09.5+0200", 1_777_879_269_500),
            ("2026-05-04T09:21:09.1239999+02:00", 1_777_879_269_123), ("/Date(1777879269000)/", 1_777_879_269_000),
            ("/Date(1777879269000+0200)/", 1_777_879_269_000), ("/Date(-1)/", -1), ("1777879269000", 1_777_879_269_000),
            ("20260504", nil), ("2026-05-04", nil), ("/Date()/", nil), ("/Date(1+2)/", nil),
            ("2026-13-04T00:00:00Z", nil),
            ("123456789012345", nil), ("1e12", nil), ("", nil),
        ]
        for (text, expected) in moments { #expect(SourceTime.milliseconds(text) == expected, "\(text)") }
        let days: [(String, String?)] = [
            ("2026-06-01", "2026-06-01"), ("1780272000000", "2026-06-01"), ("/Date(1780272000000)/", "2026-06-01"),
            ("2026-06-01T00:00:00Z", "2026-06-01"), ("2026-06-01T00:00:00.000+0200", "2026-06-01"),
            ("2026-06-01T00:00:00.001Z", nil), ("2026-05-31T22:00:00Z", nil), ("1780272000001", nil),
            ("/Date(1780264800000)/", nil), ("2026-02-30", nil), ("01.06.2026", nil), ("2024-02-29", "2024-02-29"),
            ("/Date(-86400000)/", "1969-12-31"),
        ]
        for (text, expected) in days { #expect(SourceTime.day(text)?.description == expected, "\(text)") }
    }

    @Test("days since 1970 and back are the same day, through every leap year of 400 years")
    func days() {
        for days in stride(from: -150_000, through: 150_000, by: 1) {
            guard let date = CalendarDate(daysSince1970: days) else {
                Issue.record("no date for \(days)")
                return
            }
            if date.daysSince1970 != days { Issue.record("\(date) is \(date.daysSince1970), not \(days)") }
        }
    }
}
