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

/// What a period costs that the end of the contract cuts short.
public enum PartPeriods: String, Sendable, Codable, Hashable, CaseIterable {
    /// Its share of a whole one: the days that it has of the days that it would have had.
    case byDays = "by_days"
    /// As much as a whole one.
    case asWhole = "as_whole"
}

/// When a deal is billed: a pure function of the deal, equal to its total to the last minor unit.
public enum BillingSchedule {
    /// The most parts of one schedule: 2,000 lines by month for four years, and what is planned stays within a second.
    public static let mostLines = 100_000

    /// The schedule of `deal`, line by line; refuses a deal whose schedule would not sum to its total.
    public static func lines(
        for deal: Deal, partPeriods: PartPeriods = .byDays
    ) throws(Refused) -> [ScheduleLine] {
        var schedule: [ScheduleLine] = []
        let milestones = Dictionary(grouping: deal.milestones, by: \.line)
        for line in deal.lines {
            switch line.billing {
            case .fixedFee(let installments):
                schedule += try Self.installments(of: line, installments, in: deal)
            case .milestone:
                schedule += (milestones[line.number] ?? []).enumerated().map { index, milestone in
                    ScheduleLine(
                        line: line.number, sequence: index + 1, due: milestone.due,
                        amount: Money(minorUnits: milestone.amountMinor, currency: deal.currency), text: milestone.name)
                }
            case .timeAndMaterials:
                // What is billed is what was worked; planned is the same sum each month.
                schedule += try periodic(line, .monthly, "Estimate", in: deal, partPeriods)
            case .retainer(let every), .subscription(let every), .managedService(let every):
                schedule += try periodic(line, every, "Period", in: deal, partPeriods)
            }
            guard schedule.count <= mostLines else {
                throw Refused(
                    .tooManyLines,
                    "the billing schedule has more than \(mostLines) parts by line \(line.number): shorten the contract, "
                        + "bill in longer periods, or split the deal")
            }
        }
        try check(schedule, against: deal.total)
        return schedule
    }

    /// Equal monthly parts, however long the contract is.
    private static func installments(
        of line: Deal.Line, _ count: Int, in deal: Deal
    ) throws(Refused) -> [ScheduleLine] {
        var schedule: [ScheduleLine] = []
        let amounts = Money(minorUnits: line.amountMinor, currency: deal.currency).split(into: count)
        for (index, amount) in amounts.enumerated() {
            guard let due = deal.contractPeriod.start.adding(months: index) else {
                throw Refused(.unknown, "line \(line.number) has an installment after the year 9999")
            }
            schedule.append(
                ScheduleLine(
                    line: line.number, sequence: index + 1, due: due, amount: amount,
                    text: "Installment \(index + 1) of \(count)"))
        }
        return schedule
    }

    /// The line's price over the periods of the contract, each due on its first day.
    private static func periodic(
        _ line: Deal.Line, _ every: Deal.Frequency, _ word: String, in deal: Deal, _ partPeriods: PartPeriods
    ) throws(Refused) -> [ScheduleLine] {
        guard let periods = BilledPeriod.all(of: deal.contractPeriod, every: every) else {
            throw Refused(.unknown, "line \(line.number) has a period that ends after the year 9999")
        }
        let amounts = Money(minorUnits: line.amountMinor, currency: deal.currency)
            .split(byShares: BilledPeriod.shares(of: periods, partPeriods))
        return zip(periods, amounts).enumerated().map { index, part in
            let (period, amount) = part
            let isCounted = !period.isWhole && partPeriods == .byDays
            return ScheduleLine(
                line: line.number, sequence: index + 1, due: period.start, amount: amount,
                text: "\(word) \(index + 1) of \(periods.count)"
                    + (isCounted ? " (\(period.days) of \(period.wholeDays) days)" : ""))
        }
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
