import Support
import Testing
import Workers

@testable import Deals

@Suite("The billing schedule is the deal, to the last minor unit")
struct BillingScheduleTests {
    @Test("each example's schedule sums to its total", arguments: Examples.dealEventNames)
    func examples(name: String) throws {
        let deal = try Examples.event(name).deal
        let schedule = try BillingSchedule.lines(for: deal)
        #expect(schedule.map(\.amount.minorUnits).reduce(0, +) == deal.totalMinor)
        #expect(Set(schedule.map { [$0.line, $0.sequence] }).count == schedule.count)
    }

    @Test("thirds from a month's last day")
    func thirds() throws {
        let schedule = try BillingSchedule.lines(for: Examples.event("thirds-month-end.json").deal)
        let first = schedule.filter { $0.line == 1 }
        #expect(first.map(\.amount.description) == ["33.33 EUR", "33.33 EUR", "33.34 EUR"])
        #expect(first.map(\.due.description) == ["2026-01-31", "2026-02-28", "2026-03-31"])
        #expect(first.map(\.text) == ["Installment 1 of 3", "Installment 2 of 3", "Installment 3 of 3"])
        #expect(schedule.filter { $0.line == 2 }.map(\.amount.minorUnits) == [1])
        #expect(schedule.filter { $0.line == 3 }.map(\.amount.minorUnits) == [0, 0])
    }

    @Test("milestones keep their names, dates and amounts")
    func milestones() throws {
        let deal = try Examples.event("milestones-usd.json").deal
        let schedule = try BillingSchedule.lines(for: deal)
        #expect(schedule.map(\.text) == deal.milestones.map(\.name))
        #expect(schedule.map(\.due) == deal.milestones.map(\.due))
        #expect(schedule.map(\.amount.minorUnits) == deal.milestones.map(\.amountMinor))
        #expect(schedule.map(\.sequence) == [1, 2, 3])
    }

    @Test("any deal that passes its checks has a schedule of its total", .timeLimit(.minutes(1)))
    func property() throws {
        var random = Seeded.generator(for: "schedule")
        for round in 0..<300 {
            let deal = try randomDeal(&random)
            #expect(
                DealChecks.findings(on: deal, missing: [], by: .v1).isEmpty, "BATON_SEED=\(Seeded.seed) round \(round)")
            let schedule = try BillingSchedule.lines(for: deal)
            var sum = Money.zero(deal.currency)
            for line in schedule { sum = try sum.adding(line.amount) }
            #expect(sum == deal.total, "BATON_SEED=\(Seeded.seed) round \(round)")
            for line in deal.lines {
                let parts = schedule.filter { $0.line == line.number }
                #expect(parts.map(\.amount.minorUnits).reduce(0, +) == line.amountMinor)
                guard case .fixedFee(let installments) = line.billing else { continue }
                #expect(parts.count == installments && parts.map(\.due) == parts.map(\.due).sorted())
            }
        }
    }

    @Test("a deal that does not add up has no schedule")
    func refusals() throws {
        let short = try Deal(
            canonicalBytes: Samples.replace(["totalMinor"], in: Samples.deal, .integer(1)).canonicalBytes)
        #expect(throws: Refused.self) { try BillingSchedule.lines(for: short) }
        let billing: JSON = ["model": .string("milestone")]
        let line = Samples.replace(["billing"], in: Samples.line, billing)
        let unplanned = try Deal(
            canonicalBytes: Samples.replace(["lines"], in: Samples.deal, .array([line])).canonicalBytes)
        #expect(throws: Refused.self) { try BillingSchedule.lines(for: unplanned) }
    }

    private func randomDeal(_ random: inout Seeded) throws -> Deal {
        var lines: [Deal.Line] = []
        var milestones: [Deal.Milestone] = []
        let currency = try #require(Currency(random.pick(Currency.codes)))
        for number in 1...Int.random(in: 1...12, using: &random) {
            let amount = random.chance(10) ? 0 : Int64.random(in: 0...random.pick([50, 1_000_000]), using: &random)
            let isFixedFee = random.chance(50)
            let installments = Int.random(in: 1...120, using: &random)
            if !isFixedFee {
                let parts = Money(minorUnits: amount, currency: currency).split(
                    into: .random(in: 1...9, using: &random))
                for part in parts {
                    let due = try #require(CalendarDate(daysSince1970: .random(in: 20_000...22_000, using: &random)))
                    milestones.append(
                        Deal.Milestone(line: number, name: "M", due: due, amountMinor: part.minorUnits))
                }
            }
            lines.append(
                Deal.Line(
                    number: number, service: "S", description: "D", amountMinor: amount,
                    billing: isFixedFee ? .fixedFee(installments: installments) : .milestone))
        }
        milestones.shuffle(using: &random)
        let start = try #require(CalendarDate(daysSince1970: .random(in: 20_000...22_000, using: &random)))
        return Deal(
            opportunity: "O", contract: "C", version: 1, stage: "approved",
            approval: .init(status: "approved", approver: "A", approvedAt: Timestamp(millisecondsSince1970: 0)),
            deliveryOwner: .init(name: "N", email: "n@example.com"), legalEntity: "E", currency: currency,
            customer: .init(name: "C", country: "DE"),
            contractPeriod: .init(start: start, end: try #require(start.adding(months: 1))),
            totalMinor: lines.map(\.amountMinor).reduce(0, +), lines: lines.shuffled(using: &random),
            milestones: milestones, paymentTermsDays: 30)
    }
}
