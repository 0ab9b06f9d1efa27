import Deals

extension WrittenTables {
    /// Reports rows of one subject that do not follow one another day by day.
    func checkDates() {
        checkDates(services)
        checkDates(templates)
        checkDates(entities)
        checkDates(entityRules)
        checkDates(dimensions)
        checkDates(taxRules)
        checkDates(billingTerms)
        checkDates(rateCards)
        checkDates(matchRules)
        checkDates(routes)
        checkDates(stepModes)
        checkDates(approvals)
        checkDates(incidentContacts)
        checkDates(recordOwners)
        checkDates(triggers)
        checkDates(sourceRules)
    }

    private func checkDates<Row>(_ table: LocatedTable<Row>) {
        var right: [Located<Row>] = []
        for located in table.sound {
            if let last = located.row.validTo, last < located.row.validFrom {
                located.report("`validTo` is before `validFrom`", at: "validTo")
            } else {
                right.append(located)
            }
        }
        for rows in Dictionary(grouping: right, by: \.row.subject).values {
            let ordered = rows.sorted {
                ($0.row.validFrom, $0.written.line() ?? 0) < ($1.row.validFrom, $1.written.line() ?? 0)
            }
            for (earlier, later) in zip(ordered, ordered.dropFirst()) { compare(earlier, later) }
        }
    }

    private func compare<Row>(_ earlier: Located<Row>, _ later: Located<Row>) {
        let (subject, line) = (later.row.subject, earlier.written.line() ?? 0)
        let name = "the \(Row.what.drop { $0 != " " }.dropFirst()) \(subject)"
        if earlier.row.validFrom == later.row.validFrom {
            later.report("\(name) is said twice from \(later.row.validFrom); the first is on line \(line)")
            return
        }
        guard let last = earlier.row.validTo else {
            later.report(
                "\(name) overlaps the row on line \(line), which has no `validTo`", at: "validFrom")
            return
        }
        if last >= later.row.validFrom {
            later.report(
                "\(name) overlaps the row on line \(line): both hold on \(later.row.validFrom)", at: "validFrom")
        } else if let next = last.next, next < later.row.validFrom {
            later.report(
                "\(name) has a gap: no row holds from \(next) until \(later.row.validFrom), see line \(line)",
                at: "validFrom")
        }
    }
}

extension CalendarDate {
    /// The day after; nil after the last one.
    var next: CalendarDate? {
        CalendarDate(year: year, month: month, day: day + 1)
            ?? CalendarDate(year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1)
    }
}
