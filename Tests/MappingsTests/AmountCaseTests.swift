import Support
import Testing
import Workers

@testable import Deals
@testable import Mappings

/// Amounts beside the fields that say what they are the price of.
@Suite struct AmountCaseTests {
    private let total = "204500.50 EUR"

    @Test("CASE-K6 a recurring line is refused by name and term, or read as the company says that its amounts are")
    func recurring() throws {
        let frequency = "$.data.lineItems[2].properties.recurringbillingfrequency"
        for name in ["total-of-month", "total-of-term"] {
            let refused = try CaseEvent("recurring-line/\(name).json").outcome()
            #expect(refused.places == [frequency] && refused.owners == [.finance])
            #expect(refused.rejection?.reason.contains("line 3") == true)
            #expect(refused.rejection?.reason.contains("monthly for a term of 12 months") == true)
        }
        let perPeriod = SourcePolicy(recurringAmounts: .perPeriod)
        let term = try CaseEvent("recurring-line/total-of-term.json")
        let deal = try #require(try term.outcome(by: perPeriod).deal)
        #expect(deal.total.description == total && deal.lines[2].amountMinor == 6_000_000)
        #expect(
            try BillingSchedule.lines(for: deal).filter { $0.line == 3 }.map(\.amount.minorUnits)
                == Array(repeating: 500_000, count: 12))
        let month = try CaseEvent("recurring-line/total-of-month.json")
        #expect(try month.outcome(by: perPeriod).places == ["$.data.totalMinor"])
        let whole = try #require(try month.outcome(by: SourcePolicy(recurringAmounts: .wholeTerm)).deal)
        #expect(whole.lines[2].amountMinor == 500_000)
    }

    @Test("CASE-K6 without its term, its frequency or whole periods of the contract, no amount is worked out")
    func halfOfIt() throws {
        let event = try CaseEvent("recurring-line/total-of-term.json")
        let line = "data.lineItems.2.properties"
        let place = "$.data.lineItems[2].properties"
        let perPeriod = SourcePolicy(recurringAmounts: .perPeriod)
        let changes: [(String, JSON?)] = [
            ("hs_recurring_billing_period", nil), ("hs_recurring_billing_period", .string("P52W")),
            ("hs_recurring_billing_period", .string("P24M")), ("hs_recurring_billing_period", .string("P0M")),
            ("recurringbillingfrequency", .string("weekly")), ("recurringbillingfrequency", .string("per_two_years")),
        ]
        for (name, value) in changes {
            let changed = event.replacing("\(line).\(name)", with: value)
            for policy in [.standard, perPeriod] {
                #expect(
                    try changed.outcome(by: policy).places == ["\(place).recurringbillingfrequency"], "\(name)")
            }
        }
        let unsaid = event.replacing("\(line).recurringbillingfrequency", with: .string(""))
        #expect(try unsaid.outcome(by: perPeriod).places == ["\(place).hs_recurring_billing_period"])
        for term in ["P1Y", "12", "12 months"] {
            let same = event.replacing("\(line).hs_recurring_billing_period", with: .string(term))
            #expect(try same.outcome(by: perPeriod).deal?.total.description == total, "\(term)")
        }
        // One period is the whole term: nothing is open.
        let yearly = try CaseEvent("recurring-line/total-of-month.json")
            .replacing("\(line).recurringbillingfrequency", with: .string("annually"))
        #expect(try yearly.outcome().deal?.lines[2].amountMinor == 500_000)
        let late = event.replacing("\(line).hs_recurring_billing_start_date", with: .string("2027-03-01"))
        #expect(
            try late.outcome(by: perPeriod).places == ["\(place).hs_recurring_billing_start_date"])
    }

    @Test("CASE-K6 freight, tax, a discount on the whole and another currency are refused where they stand")
    func parts() throws {
        let row = "data.record"
        let line = "\(row).product_opportunities.1"
        let lines = "$.data.record.product_opportunities[1]"
        let cases: [(Sample, String, JSON, String)] = [
            (.dynamics, "\(row).freightamount", .integer(150), "$.\(row).freightamount"),
            (.dynamics, "\(row).totaltax", .string("19.00"), "$.\(row).totaltax"),
            (.dynamics, "\(row).discountamount", .integer(5), "$.\(row).discountamount"),
            (.dynamics, "\(row).discountpercentage", .integer(10), "$.\(row).discountpercentage"),
            (.dynamics, "\(line).tax", .integer(19), "\(lines).tax"),
            (
                .dynamics, "\(line).transactioncurrencyid", ["isocurrencycode": .string("USD")],
                "\(lines).transactioncurrencyid.isocurrencycode"
            ),
            (
                .change, "data.record.OpportunityLineItems.records.0.CurrencyIsoCode", .string("USD"),
                "$.data.record.OpportunityLineItems.records[0].CurrencyIsoCode"
            ),
            (
                .hubSpot, "data.lineItems.0.properties.hs_line_item_currency_code", .string("USD"),
                "$.data.lineItems[0].properties.hs_line_item_currency_code"
            ),
            (
                .cpq, "data.SBQQ__LineItems__r.records.3.SBQQ__ChargeType__c", .string("Usage"),
                "$.data.SBQQ__LineItems__r.records[3].SBQQ__ChargeType__c"
            ),
            // A year of several, which MDQ writes as a line of its own.
            (
                .cpq, "data.SBQQ__LineItems__r.records.3.SBQQ__StartDate__c", .string("2027-06-01"),
                "$.data.SBQQ__LineItems__r.records[3].SBQQ__StartDate__c"
            ),
        ]
        for (sample, path, value, place) in cases {
            let outcome = try CaseEvent(json: sample.event([path: value])).outcome()
            #expect(outcome.places == [place] && outcome.owners == [.salesOperations], "\(path)")
        }
        // Nothing of it, and the deal's own currency, are as if it were not said.
        let none: [String: JSON?] = [
            "\(row).freightamount": .integer(0), "\(row).totaltax": .string("0.00"), "\(row).discountamount": .null,
            "\(line).tax": .integer(0), "\(line).transactioncurrencyid": ["isocurrencycode": .string("EUR")],
        ]
        #expect(try CaseEvent(json: Sample.dynamics.event(none)).outcome().deal?.total.description == total)
    }

    @Test("CASE-K6 an amount below zero is told to the seller, at the place of the line")
    func belowZero() throws {
        for (name, place) in [
            ("canonical", "amountMinor"), ("salesforce", "TotalPrice"), ("hubspot", "amount"),
        ] {
            let outcome = try CaseEvent("negative-line/\(name).json").outcome()
            let rejection = try #require(outcome.rejection, "\(name)")
            #expect(outcome.owners == [.salesOperations] && outcome.places?.first?.hasSuffix(place) == true)
            #expect(
                rejection.incidentClass == .amountsDoNotAddUp
                    && rejection.refused.incidentClass.owner == .salesOperations)
            #expect(rejection.findings.first?.cure.contains("prices of the lines") == true)
            #expect(rejection.findings.first?.text == "is below zero")
        }
        // Beside a mistake of whoever publishes, both are told to whom they concern.
        let both = try CaseEvent("negative-line/canonical.json").replacing("data.currency", with: .string("XXX"))
        #expect(try both.outcome().owners == [.salesOperations, .integration])
        #expect(try both.outcome().rejection?.incidentClass == .wrongSchema)
    }
}
