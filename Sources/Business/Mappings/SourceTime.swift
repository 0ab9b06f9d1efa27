import Deals

/// The ways in which sources write moments and days: RFC 3339 with and without a colon in the offset, milliseconds since
/// 1970 as a number or a text, and `/Date(1735689600000)/`.
enum SourceTime {
    /// Milliseconds since 1970 began; what is finer is cut off.
    static func milliseconds(_ text: String) -> Int64? {
        epoch(text) ?? clock(text)?.milliseconds
    }

    /// The day that is meant: a day as such, or midnight, in UTC or at the offset that is written.
    ///
    /// Any other time of day belongs to different days in different places, so it is none.
    static func day(_ text: String) -> CalendarDate? {
        if let date = CalendarDate(text) { return date }
        if let milliseconds = epoch(text) {
            let (days, rest) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
            return rest == 0 ? CalendarDate(daysSince1970: Int(days)) : nil
        }
        guard let clock = clock(text), clock.isMidnight else { return nil }
        return clock.date
    }

    /// Eleven digits are a day of 1970, fourteen the year 5138: fewer are a year or a day written without hyphens.
    private static func epoch(_ text: String) -> Int64? {
        var digits = Substring(text)
        if text.hasPrefix("/Date("), text.hasSuffix(")/") {
            digits = text.dropFirst(6).dropLast(2)
            // An offset says where it was written; the moment is the same.
            if let sign = digits.dropFirst().firstIndex(where: { $0 == "+" || $0 == "-" }) {
                guard digits[sign...].utf8.count == 5, Int(digits[digits.index(after: sign)...]) != nil else {
                    return nil
                }
                digits = digits[..<sign]
            }
            guard let value = Int64(digits), value.magnitude < 100_000_000_000_000 else { return nil }
            return value
        }
        let bytes = digits.utf8
        guard 11...14 ~= bytes.count, bytes.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
            return nil
        }
        return Int64(digits)
    }

    private struct Clock {
        let date: CalendarDate
        let millisecondsOfDay: Int64
        let offsetMinutes: Int64
        let isMidnight: Bool
        var milliseconds: Int64 { Int64(date.daysSince1970) * 86_400_000 + millisecondsOfDay - offsetMinutes * 60_000 }
    }

    private static func clock(_ text: String) -> Clock? {
        let bytes = Array(text.utf8)
        // +0000, as Salesforce writes it, is +00:00.
        var text = text
        if bytes.count > 5, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[bytes.count - 5]),
            bytes.suffix(4).allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), text.contains("T")
        {
            text = "\(text.dropLast(2)):\(text.suffix(2))"
        }
        guard Timestamp(text) != nil, let date = CalendarDate(String(text.prefix(10))) else { return nil }
        let time = text.dropFirst(11)
        let parts = time.prefix(8).split(separator: ":").compactMap { Int64($0) }
        var rest = time.dropFirst(8)
        var thousandths: Int64 = 0
        var fraction: Substring = ""
        if rest.first == "." {
            fraction = rest.dropFirst().prefix { $0.isNumber }
            thousandths = Int64((fraction + "00").prefix(3)) ?? 0
            rest = rest.dropFirst(fraction.count + 1)
        }
        let offset = rest.dropFirst().split(separator: ":").compactMap { Int64($0) }
        guard parts.count == 3, offset.isEmpty || offset.count == 2 else { return nil }
        let minutes = offset.isEmpty ? 0 : (offset[0] * 60 + offset[1]) * (rest.first == "-" ? -1 : 1)
        let seconds = parts[0] * 3600 + parts[1] * 60 + parts[2]
        return Clock(
            date: date, millisecondsOfDay: seconds * 1000 + thousandths, offsetMinutes: minutes,
            isMidnight: seconds == 0 && fraction.allSatisfy { $0 == "0" })
    }
}
