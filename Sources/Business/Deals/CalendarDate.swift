/// A day of the proleptic Gregorian calendar, years 1 to 9999, with no time and no time zone.
public struct CalendarDate: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// The year, 1 to 9999.
    public let year: Int
    /// The month, 1 to 12.
    public let month: Int
    /// The day of the month, from 1.
    public let day: Int

    /// Names a day; nil when the calendar has none such.
    public init?(year: Int, month: Int, day: Int) {
        guard 1...9999 ~= year, 1...12 ~= month, day >= 1, day <= CalendarDate.days(in: month, of: year) else {
            return nil
        }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Reads `YYYY-MM-DD`; nil for any other form and for a day that does not exist.
    public init?(_ text: String) {
        self.init(utf8: Array(text.utf8)[...])
    }

    init?(utf8 bytes: ArraySlice<UInt8>) {
        let start = bytes.startIndex
        guard bytes.count == 10, bytes[start + 4] == UInt8(ascii: "-"), bytes[start + 7] == UInt8(ascii: "-"),
            let year = bytes[start..<start + 4].decimal, let month = bytes[start + 5..<start + 7].decimal,
            let day = bytes[start + 8..<start + 10].decimal
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The day that is `days` after 1 January 1970; nil outside of the years 1 to 9999.
    public init?(daysSince1970 days: Int) {
        guard -719_162...2_932_896 ~= days else { return nil }
        // Eras of 400 years that begin on 1 March, so that the leap day is the last of a year.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        self.init(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// How many days lie between 1 January 1970 and this day; negative before.
    public var daysSince1970: Int {
        // The reverse of the initializer: eras of 400 years that begin on 1 March.
        let shiftedYear = month <= 2 ? year - 1 : year
        let yearOfEra = shiftedYear % 400
        let shiftedMonth = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return shiftedYear / 400 * 146_097 + dayOfEra - 719_468
    }

    /// The same day `months` later, or the month's last day where it has no such day; nil past the year 9999 or before 1.
    public func adding(months: Int) -> CalendarDate? {
        let (total, overflow) = (year * 12 + month - 1).addingReportingOverflow(months)
        guard !overflow, total >= 12 else { return nil }
        let (newYear, newMonth) = (total / 12, total % 12 + 1)
        return CalendarDate(
            year: newYear, month: newMonth, day: min(day, CalendarDate.days(in: newMonth, of: newYear)))
    }

    /// Reads `YYYY-MM-DD`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let date = CalendarDate(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a calendar date")
        }
        self = date
    }

    /// Writes `YYYY-MM-DD`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Whether `left` is the earlier day.
    public static func < (left: CalendarDate, right: CalendarDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    /// The day as `YYYY-MM-DD`.
    public var description: String { "\(year.padded(4))-\(month.padded(2))-\(day.padded(2))" }

    static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Int {
    /// In decimal with leading zeros.
    func padded(_ width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(width - digits.count, 0)) + digits
    }
}

extension ArraySlice<UInt8> {
    /// The value of ASCII digits; nil when one is something else.
    var decimal: Int? {
        var value = 0
        for byte in self {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }
}
