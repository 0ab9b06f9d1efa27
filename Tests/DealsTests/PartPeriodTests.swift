import Support
import Testing
import Workers

@testable import Deals

/// What a contract costs that does not end where a period ends.
@Suite struct PartPeriodTests {
    @Test("CASE-K9 a last period that is cut short costs its days of a whole one, and the others are equal")
    func byDays() throws {
        #expect(try amounts("feb-24-to-may-31-monthly") == [122_772, 122_772, 122_772, 31_684])
        // Two shares of 92 and one of 15: the third quarter would have had 92 days.
        #expect(try amounts("jan-1-to-jul-15-quarterly") == [138_693, 138_693, 22_614])
        #expect(try amounts("whole-year-monthly") == Array(repeating: 100_000, count: 12))
        #expect(
            try schedule("part-period/feb-24-to-may-31-monthly.json").map(\.text)
                == ["Period 1 of 4", "Period 2 of 4", "Period 3 of 4", "Period 4 of 4 (8 of 31 days)"])
    }

    @Test("CASE-K9 a company that bills a begun period as a whole one says so, and then all cost the same")
    func asWhole() throws {
        let deal = try deal("part-period/feb-24-to-may-31-monthly.json")
        let schedule = try BillingSchedule.lines(for: deal, partPeriods: .asWhole)
        #expect(schedule.map(\.amount.minorUnits) == [100_000, 100_000, 100_000, 100_000])
        #expect(schedule.last?.text == "Period 4 of 4")
    }

    @Test("CASE-K9 from the 31st on a period begins on each month's last day, and a single last day costs one day")
    func monthEnds() throws {
        let august = try schedule("month-end/aug-31-to-feb-29.json")
        #expect(
            august.map(\.due.description) == [
                "2027-08-31", "2027-09-30", "2027-10-31", "2027-11-30", "2027-12-31", "2028-01-31", "2028-02-29",
            ])
        #expect(august.last?.text == "Period 7 of 7 (1 of 31 days)")
        #expect(august.map(\.amount.minorUnits).reduce(0, +) == 600_001)
        // Six shares of 31 and one of 1.
        #expect(august.map(\.amount.minorUnits) == [99_465, 99_465, 99_466, 99_465, 99_466, 99_465, 3_209])
        let january = try schedule("month-end/jan-31-to-apr-29.json")
        #expect(january.map(\.due.description) == ["2027-01-31", "2027-02-28", "2027-03-31"])
        let leap = try schedule("month-end/jan-30-to-jul-29.json")
        #expect(
            leap.map(\.due.description) == [
                "2028-01-30", "2028-02-29", "2028-03-30", "2028-04-30", "2028-05-30", "2028-06-30",
            ])
    }

    @Test("CASE-K9 an estimate of hours follows the same periods")
    func estimate() throws {
        let deal = try sample(
            "2027-02-24", "2027-05-31", amount: 400_000, .timeAndMaterials(rateCard: "STANDARD"), "EUR")
        let schedule = try BillingSchedule.lines(for: deal)
        #expect(schedule.map(\.amount.minorUnits) == [122_772, 122_772, 122_772, 31_684])
        #expect(schedule.last?.text == "Estimate 4 of 4 (8 of 31 days)")
    }

    @Test("CASE-K9 a contract that is shorter than a period has one, at its whole price, on its first day")
    func short() throws {
        for (start, end) in [("2028-02-10", "2028-02-10"), ("2028-02-10", "2028-02-28"), ("2027-12-31", "2028-01-01")] {
            let schedule = try BillingSchedule.lines(
                for: sample(start, end, amount: 777, .subscription(every: .yearly), "JPY"))
            #expect(schedule.map(\.amount.minorUnits) == [777] && schedule[0].due.description == start)
        }
    }

    @Test("CASE-K9 whatever the contract: begins follow one another, whole periods are equal, a part costs its days")
    func property() throws {
        var random = Seeded.generator(for: "part periods")
        for round in 0..<2000 {
            let seed: Comment = "BATON_SEED=\(Seeded.seed) round \(round)"
            let first = try #require(CalendarDate(daysSince1970: .random(in: 10_000...40_000, using: &random)))
            let length = random.pick([0, 1, 27, 30, 364, 365, 366, 1200, Int.random(in: 0...4000, using: &random)])
            let last = try #require(CalendarDate(daysSince1970: first.daysSince1970 + length))
            let every = random.pick(Deal.Frequency.allCases)
            let some = Int64.random(in: 0...10_000_000, using: &random)
            let amount: Int64 = random.pick([0, 1, 7, 100_000, 9_007_199_254_740_991, some])
            let currency = random.pick(["EUR", "JPY", "KWD"])
            let deal = try sample(
                first.description, last.description, amount: amount, .retainer(every: every), currency)
            let schedule = try BillingSchedule.lines(for: deal)
            let amounts = schedule.map(\.amount.minorUnits)
            #expect(amounts.reduce(0, +) == amount && amounts.allSatisfy { $0 >= 0 }, seed)
            for (index, line) in schedule.enumerated() {
                #expect(line.due == first.adding(months: index * every.months) && line.due <= last, seed)
            }
            let next = try #require(first.adding(months: schedule.count * every.months))
            #expect(next > last, seed)
            let start = schedule[schedule.count - 1].due
            let (days, whole) = (
                last.daysSince1970 - start.daysSince1970 + 1, next.daysSince1970 - start.daysSince1970
            )
            let full = days == whole ? amounts[...] : amounts.dropLast()
            if let least = full.min(), let most = full.max() { #expect(most - least <= 1, seed) }
            guard days < whole, let one = full.first, let part = amounts.last else { continue }
            // The part is its days of a whole one, but for what rounding moves.
            let exact = Double(one) * Double(days) / Double(whole)
            #expect(abs(Double(part) - exact) <= 2 + exact * 1e-9, seed)
        }
    }

    @Test("CASE-K9 a schedule has at most 100,000 parts, however long the contract is")
    func bounded() throws {
        var deal = try sample("0001-01-01", "9990-12-31", amount: 1_000_000_000, .subscription(every: .yearly), "EUR")
        #expect(try BillingSchedule.lines(for: deal).count == 9990)
        deal = try sample("0001-01-01", "9990-12-31", amount: 1_000_000_000, .subscription(every: .monthly), "EUR")
        do {
            _ = try BillingSchedule.lines(for: deal)
            Issue.record("120,000 parts")
        } catch {
            #expect(error.incidentClass == .tooManyLines && error.reason.contains("100000 parts by line 1"), "\(error)")
        }
    }

    private func amounts(_ name: String) throws -> [Int64] {
        try schedule("part-period/\(name).json").map(\.amount.minorUnits)
    }

    private func schedule(_ name: String) throws -> [ScheduleLine] { try BillingSchedule.lines(for: deal(name)) }

    private func deal(_ name: String) throws -> Deal {
        let body = try CaseFile.bytes(name)
        return try #require(
            try DealEventDecoder().decode(body: body, routingKey: "salesforce.deal.updated.v2").event
        ).deal
    }

    private func sample(
        _ start: String, _ end: String, amount: Int64, _ billing: Deal.Billing, _ currency: String
    ) throws -> Deal {
        Deal(
            opportunity: "O", contract: "C", version: 1, stage: "approved", currency: try #require(Currency(currency)),
            customer: .init(name: "C", country: "DE"),
            contractPeriod: .init(
                start: try #require(CalendarDate(start)), end: try #require(CalendarDate(end))),
            totalMinor: amount,
            lines: [Deal.Line(number: 1, service: "S", description: "D", amountMinor: amount, billing: billing)])
    }
}
