/// A period of a contract for which a sum is billed: a whole one, or the part of one that the contract's last day leaves.
struct BilledPeriod: Equatable {
    /// The first day.
    let start: CalendarDate
    /// How many days it has.
    let days: Int
    /// How many days it would have if the contract went on.
    let wholeDays: Int

    var isWhole: Bool { days == wholeDays }

    /// The periods of a contract, in order, at least one; nil where one would end after the year 9999.
    ///
    /// Each begin is counted from the contract's first day, so that the 31st comes back after a short month. A last day
    /// on which a period begins is a period of one day.
    static func all(of contract: Deal.Period, every frequency: Deal.Frequency) -> [BilledPeriod]? {
        let afterEnd = contract.end.daysSince1970 + 1
        var periods: [BilledPeriod] = []
        var start = contract.start
        repeat {
            guard let next = contract.start.adding(months: (periods.count + 1) * frequency.months) else { return nil }
            let whole = next.daysSince1970 - start.daysSince1970
            // A contract that is reversed is refused before; here its one period has a day.
            let days = max(min(whole, afterEnd - start.daysSince1970), 1)
            periods.append(BilledPeriod(start: start, days: days, wholeDays: whole))
            start = next
        } while start.daysSince1970 < afterEnd
        return periods
    }

    /// What each period costs in proportion to the others: all the same, but for a part that is billed by its days.
    static func shares(of periods: [BilledPeriod], _ partPeriods: PartPeriods) -> [Int64] {
        guard partPeriods == .byDays, let last = periods.last else { return periods.map { _ in 1 } }
        return periods.dropLast().map { _ in Int64(last.wholeDays) } + [Int64(last.days)]
    }
}
