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
                schedule += try monthly(line, installments, of: deal)
            case .milestone:
                schedule += (milestones[line.number] ?? []).enumerated().map { index, milestone in
                    ScheduleLine(
                        line: line.number, sequence: index + 1, due: milestone.due,
                        amount: Money(minorUnits: milestone.amountMinor, currency: deal.currency), text: milestone.name)
                }
            }
        }
        try check(schedule, against: deal.total)
        return schedule
    }

    /// Every month from the contract's first day; counted from there each time, so that the 31st comes back after a
    /// short month.
    private static func monthly(
        _ line: Deal.Line, _ installments: Int, of deal: Deal
    ) throws(Refused) -> [ScheduleLine] {
        var schedule: [ScheduleLine] = []
        let amounts = Money(minorUnits: line.amountMinor, currency: deal.currency).split(into: installments)
        for (index, amount) in amounts.enumerated() {
            guard let due = deal.contractPeriod.start.adding(months: index) else {
                throw Refused(.unknown, "line \(line.number) has an installment after the year 9999")
            }
            schedule.append(
                ScheduleLine(
                    line: line.number, sequence: index + 1, due: due, amount: amount,
                    text: "Installment \(index + 1) of \(installments)"))
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
