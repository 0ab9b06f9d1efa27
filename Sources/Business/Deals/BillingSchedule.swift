import Workers

/// One amount of a deal that is billed on one day.
public struct ScheduleLine: Sendable, Hashable, Codable {
    /// The number of the deal's line.
    public let line: Int
    /// The position within that line, from 1; with `line` it names the schedule line for good.
    public let sequence: Int
    /// When it is billed.
    public let due: CalendarDate
    /// How much is billed.
    public let amount: Money
    /// What is billed, for a reader: the milestone's name, or which installment of how many.
    public let text: String

    /// Describes an amount to bill.
    public init(line: Int, sequence: Int, due: CalendarDate, amount: Money, text: String) {
        self.line = line
        self.sequence = sequence
        self.due = due
        self.amount = amount
        self.text = text
    }
}

/// When a deal is billed: a pure function of the deal, equal to its total to the last minor unit.
public enum BillingSchedule {
    /// The schedule of `deal`, line by line; refuses a deal whose schedule would not sum to its total.
    public static func lines(for deal: Deal) throws(Refused) -> [ScheduleLine] {
        var schedule: [ScheduleLine] = []
        let milestones = Dictionary(grouping: deal.milestones, by: \.line)
        for line in deal.lines {
            switch line.billing {
            case .fixedFee(let installments):
                schedule += try periodic(line, installments, months: 1, "Installment", of: deal)
            case .milestone:
                schedule += (milestones[line.number] ?? []).enumerated().map { index, milestone in
                    ScheduleLine(
                        line: line.number, sequence: index + 1, due: milestone.due,
                        amount: Money(minorUnits: milestone.amountMinor, currency: deal.currency), text: milestone.name)
                }
            case .timeAndMaterials:
                // What is billed is what was worked; planned is the same sum each month.
                let count = periods(of: deal.contractPeriod, months: 1)
                schedule += try periodic(line, count, months: 1, "Estimate", of: deal)
            case .retainer(let every), .subscription(let every), .managedService(let every):
                let count = periods(of: deal.contractPeriod, months: every.months)
                schedule += try periodic(line, count, months: every.months, "Period", of: deal)
            }
        }
        try check(schedule, against: deal.total)
        return schedule
    }

    /// How many periods of so many months begin within the contract, at least one.
    private static func periods(of period: Deal.Period, months: Int) -> Int {
        var count = 1
        while let start = period.start.adding(months: count * months), start <= period.end { count += 1 }
        return count
    }

    /// Equal parts from the contract's first day; counted from there each time, so that the 31st comes back after a
    /// short month.
    private static func periodic(
        _ line: Deal.Line, _ count: Int, months: Int, _ word: String, of deal: Deal
    ) throws(Refused) -> [ScheduleLine] {
        var schedule: [ScheduleLine] = []
        let amounts = Money(minorUnits: line.amountMinor, currency: deal.currency).split(into: count)
        for (index, amount) in amounts.enumerated() {
            guard let due = deal.contractPeriod.start.adding(months: index * months) else {
                throw Refused(.unknown, "line \(line.number) has an installment after the year 9999")
            }
            schedule.append(
                ScheduleLine(
                    line: line.number, sequence: index + 1, due: due, amount: amount,
                    text: "\(word) \(index + 1) of \(count)"))
        }
        return schedule
    }

    private static func check(_ schedule: [ScheduleLine], against total: Money) throws(Refused) {
        var sum = Money.zero(total.currency)
        do {
            for line in schedule { sum = try sum.adding(line.amount) }
        } catch {
            throw Refused(.amountsDoNotAddUp, "the billing schedule sums to more than can be counted")
        }
        guard sum == total else {
            throw Refused(.amountsDoNotAddUp, "the billing schedule sums to \(sum), the deal to \(total)")
        }
    }
}
