import Support
import Testing

@testable import Deals

/// Deals of the grouped contract that keep all its rules; all choices come from one generator.
struct RandomDeals {
    var random: Seeded

    mutating func next() throws -> Deal {
        let currency = try #require(Currency(random.pick(Currency.codes)))
        var (lines, milestones): ([Deal.Line], [Deal.Milestone]) = ([], [])
        for number in 1...Int.random(in: 1...6, using: &random) {
            let line = try line(number)
            lines.append(line)
            guard line.billing == .milestone else { continue }
            let parts = Money(minorUnits: line.amountMinor, currency: currency).split(into: random.pick([1, 2, 3]))
            for part in parts {
                milestones.append(
                    .init(line: number, name: text(200), due: try date(), amountMinor: part.minorUnits))
            }
        }
        let start = try date()
        let version = Int.random(in: 2...2_147_483_647, using: &random)
        return Deal(
            opportunity: code(), contract: code(), version: version, baseVersion: maybe { $0.pick([1, version - 1]) },
            stage: random.pick(["Closed Won", "approved", "contract_executed"]), link: maybe { _ in "https://x/1" },
            approval: .init(status: "approved", approver: text(200), approvedAt: Timestamp(millisecondsSince1970: 0)),
            deliveryOwner: person(), projectManager: person(), legalEntity: maybe { _ in "DE01" },
            contractParty: text(200), deliveryRegion: text(64), contractType: text(64),
            sowHash: String((0..<64).map { _ in random.pick(Array("0123456789abcdef")) }), currency: currency,
            customer: customer(), contractPeriod: .init(start: start, end: try #require(start.adding(months: 13))),
            totalMinor: lines.map(\.amountMinor).reduce(0, +), lines: lines.shuffled(using: &random),
            milestones: milestones.shuffled(using: &random),
            pricing: maybe { .init(priceList: $0.chance(50) ? "P" : nil, discountMinor: $0.pick([0, 7])) },
            paymentTermsDays: maybe { $0.pick([0, 30, 365]) },
            billingTerms: .init(
                terms: text(64), invoiceDelivery: random.pick(Deal.BillingTerms.InvoiceDelivery.allCases),
                purchaseOrder: maybe { _ in "PO" }),
            resourceDemand: try demands())
    }

    private mutating func line(_ number: Int) throws -> Deal.Line {
        let every = random.pick(Deal.Frequency.allCases)
        let billing: Deal.Billing = random.pick([
            .fixedFee(installments: Int.random(in: 1...120, using: &random)), .milestone,
            .timeAndMaterials(rateCard: text(64)), .retainer(every: every), .subscription(every: every),
            .managedService(every: every),
        ])
        let model = random.pick(Deal.Delivery.Model.allCases)
        let vendor = model == .own ? nil : text(200)
        return Deal.Line(
            number: number, service: code(), description: text(500),
            amountMinor: Int64.random(in: 0...1_000_000_000, using: &random), billing: billing,
            quantity: maybe { .init(thousandths: $0.pick([0, 1500, 9_007_199_254_740_991]), unit: "hour") },
            unitPriceMinor: maybe { $0.pick([0, 12_345]) },
            delivery: maybe { .init(model: model, entity: $0.chance(50) ? "PL01" : nil, vendor: vendor) })
    }

    private mutating func customer() -> Deal.Customer {
        let contacts: [Deal.Contact] = (0..<random.pick([0, 1, 3])).map { _ in
            .init(role: random.pick(Deal.Contact.Role.allCases), name: text(200), email: maybe { _ in "c@x" })
        }
        let billing = Deal.Contact(role: .billing, name: text(200))
        let address = Deal.Address(
            name: maybe { _ in "N" }, street: text(200), city: text(128), postalCode: maybe { _ in "1" },
            region: maybe { _ in "R" }, country: "FR")
        let countries = ["DE", "AT", "PL"].shuffled(using: &random).prefix(random.pick([0, 1, 3]))
        return Deal.Customer(
            id: maybe { _ in "001" }, name: text(200), taxId: maybe { _ in "T" }, email: maybe { _ in "a@b" },
            country: "DE",
            parent: maybe { .init(id: $0.chance(50) ? "P" : nil, name: "Parent", taxId: nil, country: "NL") },
            billTo: address, shipTo: maybe { _ in address }, contacts: (contacts + [billing]).shuffled(using: &random),
            taxRegistrations: countries.map { .init(country: $0, number: "N-\($0)") })
    }

    private mutating func demands() throws -> [Deal.ResourceDemand] {
        var demands: [Deal.ResourceDemand] = []
        for index in 0..<random.pick([0, 1, 4]) {
            demands.append(
                .init(
                    role: "R\(index)", skill: text(64), location: text(64), start: try date(),
                    hours: maybe { $0.pick([1, 999_999]) }))
        }
        return demands
    }

    private mutating func maybe<Value>(_ value: (inout Seeded) -> Value) -> Value? {
        random.chance(50) ? value(&random) : nil
    }

    private mutating func person() -> Deal.Person { Deal.Person(name: text(200), email: "p@example.com") }

    private mutating func date() throws -> CalendarDate {
        try #require(CalendarDate(daysSince1970: .random(in: 15_000...40_000, using: &random)))
    }

    private mutating func code() -> String { "A" + String((0..<9).map { _ in random.pick(Array("aZ09._-")) }) }

    /// Everything that a text may hold, at any length up to the field's own.
    private mutating func text(_ maximalLength: Int) -> String {
        let length = random.pick([1, 2, 12, maximalLength])
        let letters = Array("aZ0 \"\\/\u{e9}\u{301}\u{200D}\u{1F600}\u{FFFD}{}:,".unicodeScalars)
        return String(String.UnicodeScalarView((0..<length).map { _ in random.pick(letters) }))
    }
}
