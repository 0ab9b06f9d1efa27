import Deals

/// What an amount is the price of: the fields that say so are read together with it, and where they leave it open, or say
/// what no line can be billed by, the amount is refused. Sums that agree are no proof.
extension DealAssembly {
    /// What is in the deal's total beside its lines, or taken off it as a whole.
    mutating func checkWhole() {
        let parts: [(attribute: Attribute, what: String, cure: String)] = [
            (.freight, "freight", "Sell the freight as a line of its own, or take it out of the deal."),
            (.tax, "tax", "Leave tax out of the deal: it is worked out when it is invoiced."),
            (.discountOnWhole, "a discount on the whole", "Put the discount into the prices of the lines."),
        ]
        for (attribute, what, cure) in parts {
            guard let place = something(attribute, in: record) else { continue }
            reader.report(
                "is \(what), which belongs to none of the lines that are billed", cure: cure, at: place,
                owner: .salesOperations)
        }
    }

    /// How many times the amount of a line is its price; refuses a line of which that cannot be said.
    mutating func meaning(of item: SourceRecord, at index: Int, _ currency: Currency?) -> Int64 {
        let name = name(of: item, at: index)
        checkKind(of: item, name, currency)
        checkDays(of: item, name)
        guard let frequency = reader.find(.frequency, in: item), let said = reader.single(frequency) else {
            return 1 + term(alone: item, name)
        }
        // What is sold once may say so.
        if ["one_time", "one-time", "one time", "once", "none"].contains(said.lowercased()) { return 1 }
        return periods(of: item, name, every: RecurringTerm.months(ofFrequency: said), at: frequency.path)
    }

    /// The amount so many times.
    mutating func times(_ periods: Int64, _ amount: JSON, _ item: SourceRecord) -> JSON? {
        guard case .integer(let units) = amount, periods != 1 else { return amount }
        let (product, overflow) = units.multipliedReportingOverflow(by: periods)
        guard overflow || product > SourceReader.maximum else { return .integer(product) }
        reader.report(
            "is too large for \(periods) periods", cure: "Use amounts that the contract takes.",
            at: reader.find(.amount, in: item)?.path ?? item.path)
        return nil
    }

    private func name(of item: SourceRecord, at index: Int) -> String {
        let number = reader.find(.lineNumber, in: item).flatMap { reader.single($0) }.flatMap { Int($0) }
        return "line \(number ?? index + 1)"
    }

    private mutating func checkKind(of item: SourceRecord, _ name: String, _ currency: Currency?) {
        if let own = reader.find(.lineCurrency, in: item), let currency, reader.single(own) != currency.code {
            reader.report(
                "of \(name) is another currency than the deal's", cure: "Sell in one currency, or in a deal for each.",
                at: own.path, owner: .salesOperations)
        }
        if let place = something(.lineTax, in: item) {
            reader.report(
                "of \(name) is tax, which its amount contains", cure: "Sell the line at its price without tax.",
                at: place, owner: .salesOperations)
        }
        if let charge = reader.find(.charge, in: item), reader.single(charge)?.lowercased() == "usage" {
            reader.report(
                "of \(name) is by usage, and its amount is the price of no agreed quantity",
                cure: "Sell it by the hours or at a sum for each period.", at: charge.path, owner: .salesOperations)
        }
    }

    /// A line that is billed over the contract's days has no other days of its own.
    private mutating func checkDays(of item: SourceRecord, _ name: String) {
        let models = Deal.Billing.Model.allCases.map(\.rawValue)
        let model = reader.wordIfKnown(.billingModel, of: models, in: item).flatMap(Deal.Billing.Model.init)
        guard let model, model != .fixedFee, model != .milestone else { return }
        for (own, whole, word) in [(Attribute.lineStart, Attribute.start, "start"), (.lineEnd, .end, "end")] {
            guard let place = reader.find(own, in: item), reader.find(whole, in: record) != nil,
                let day = reader.day(own, in: item), let contract = dayIfReadable(whole), day != contract
            else { continue }
            reader.report(
                "of \(name) is another \(word) than the contract's, over which its amount would be billed",
                cure: "Sell what has other days in a contract of its own, or as a line for each price.", at: place.path,
                owner: .salesOperations)
        }
    }

    /// What is wrong with the contract's own days is reported where these are read.
    private func dayIfReadable(_ attribute: Attribute) -> CalendarDate? {
        var quiet = reader
        return quiet.day(attribute, in: record)
    }

    /// A term without a frequency: the field that would explain the amount was left out.
    private mutating func term(alone item: SourceRecord, _ name: String) -> Int64 {
        guard let term = reader.find(.term, in: item), policy.recurringAmounts != .wholeTerm else { return 0 }
        reader.report(
            "of \(name) is a term, and how often its amount is due is said nowhere",
            cure: "Say on the line how often it is billed, or take the term off it.", at: term.path,
            owner: .salesOperations)
        return 0
    }

    private mutating func periods(
        of item: SourceRecord, _ name: String, every months: Int?, at place: String
    ) -> Int64 {
        if policy.recurringAmounts == .wholeTerm { return 1 }
        let term = reader.find(.term, in: item).flatMap { reader.single($0) }
        let length = term.flatMap { RecurringTerm.months($0) }
        let count = length.flatMap { length in
            months.flatMap { $0 > 0 && length > 0 && length.isMultiple(of: $0) ? length / $0 : nil }
        }
        // One period is the whole term: both readings are one.
        if count == 1, isTerm(length) { return 1 }
        let words = RecurringTerm.words(frequency: months, term: length)
        guard policy.recurringAmounts == .perPeriod else {
            reader.report(
                "of \(name) says that it is billed \(words): whether its amount is the price of one period or of all "
                    + "is said nowhere",
                cure:
                    "Have finance say in source-rules.yml what the source's recurring amounts are, or sell the line at "
                    + "the price of its whole term, without a frequency.", at: place, owner: .finance)
            return 1
        }
        guard let count, isTerm(length) else {
            reader.report(
                "of \(name) says that it is billed \(words), which are no whole periods of the contract's days",
                cure: "Give the line a term of whole periods, the same as the contract's.", at: place,
                owner: .salesOperations)
            return 1
        }
        return Int64(count)
    }

    /// Whether the contract is that many months long, as far as its days can be read.
    private func isTerm(_ months: Int?) -> Bool {
        guard let start = dayIfReadable(.start), let end = dayIfReadable(.end) else { return true }
        guard let months, let next = start.adding(months: months) else { return false }
        return next.daysSince1970 == end.daysSince1970 + 1
    }

    /// Where a number stands that is not zero, or something that is no number.
    private func something(_ attribute: Attribute, in item: SourceRecord) -> String? {
        guard let found = reader.find(attribute, in: item) else { return nil }
        let zero = ExactDecimal("0")
        return reader.single(found).flatMap { ExactDecimal($0) } == zero ? nil : found.path
    }
}

/// How long a recurring line runs and how often it is due, in the words that sources use.
enum RecurringTerm {
    /// The months from one due day to the next; nil for weeks, which are no months, and for an unknown word.
    static func months(ofFrequency word: String) -> Int? {
        frequencies[word.lowercased().filter { $0.isLetter || $0.isNumber }]
    }

    /// The months of a term such as `P12M`, `P1Y6M`, `12` or `12 months`; nil for what is no number of months.
    static func months(_ term: String) -> Int? {
        let text = term.uppercased().filter { !$0.isWhitespace }
        if let months = Int(text) { return months }
        if text.hasSuffix("MONTHS") || text.hasSuffix("MONTH") { return Int(text.prefix { $0.isNumber }) }
        if text.hasSuffix("YEARS") || text.hasSuffix("YEAR") { return Int(text.prefix { $0.isNumber }).map { $0 * 12 } }
        guard text.hasPrefix("P"), text.count > 1, text.utf8.count <= 12 else { return nil }
        var (months, digits) = (0, "")
        for letter in text.dropFirst() {
            switch letter {
            case "0"..."9": digits.append(letter)
            case "Y", "M":
                guard let number = Int(digits) else { return nil }
                months += letter == "Y" ? number * 12 : number
                digits = ""
            default: return nil
            }
        }
        return digits.isEmpty ? months : nil
    }

    /// Both for a sentence, without repeating what somebody else wrote.
    static func words(frequency: Int?, term: Int?) -> String {
        let every =
            switch frequency {
            case 1: "monthly"
            case let months?: "each \(months) months"
            case nil: "in periods that are no months"
            }
        return every + (term.map { " for a term of \($0) months" } ?? " without a term that can be read")
    }

    private static let frequencies = [
        "monthly": 1, "month": 1, "quarterly": 3, "quarter": 3, "persixmonths": 6, "semiannually": 6, "semiannual": 6,
        "halfyearly": 6, "annually": 12, "annual": 12, "yearly": 12, "year": 12, "pertwoyears": 24, "perthreeyears": 36,
        "perfouryears": 48, "perfiveyears": 60,
    ]
}
