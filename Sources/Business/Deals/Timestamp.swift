/// A moment as RFC 3339 text, kept as it was written.
public struct Timestamp: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The text, such as `2026-03-31T09:30:00.5+02:00`.
    public let description: String

    /// Reads `YYYY-MM-DDThh:mm:ss`, at most nine decimals, and `Z` or an offset; nil for any other form.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, CalendarDate(utf8: bytes[..<10]) != nil, bytes[10] == UInt8(ascii: "T"),
            Timestamp.isTime(bytes[11..<16]), bytes[16] == UInt8(ascii: ":"), let second = bytes[17..<19].decimal,
            second < 60
        else { return nil }
        var rest = bytes[19...]
        if rest.first == UInt8(ascii: ".") {
            let decimals = rest.dropFirst().prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            guard 1...9 ~= decimals.count else { return nil }
            rest = rest.dropFirst(decimals.count + 1)
        }
        guard let sign = rest.first else { return nil }
        let isUTC = sign == UInt8(ascii: "Z") && rest.count == 1
        let isOffset = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
        guard isUTC || (isOffset && Timestamp.isTime(rest.dropFirst())) else { return nil }
        self.description = text
    }

    /// The moment so many milliseconds after 1970 began, in UTC; nil outside of the years 1 to 9999.
    public init?(millisecondsSince1970 milliseconds: Int64) {
        var (days, time) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        if time < 0 { (days, time) = (days - 1, time + 86_400_000) }
        guard let date = CalendarDate(daysSince1970: Int(days)) else { return nil }
        let (hour, minute, second) = (Int(time / 3_600_000), Int(time / 60_000 % 60), Int(time / 1000 % 60))
        self.description =
            "\(date)T\(hour.padded(2)):\(minute.padded(2)):\(second.padded(2)).\(Int(time % 1000).padded(3))Z"
    }

    /// How many whole milliseconds after 1970 began, in UTC, the moment was; for comparing moments of one kind.
    public var millisecondsSince1970: Int64 {
        let bytes = Array(description.utf8)
        let days = CalendarDate(utf8: bytes[..<10])?.daysSince1970 ?? 0
        func number(_ range: Range<Int>) -> Int { bytes[range].decimal ?? 0 }
        var seconds = (number(11..<13) * 60 + number(14..<16)) * 60 + number(17..<19)
        let rest = bytes[19...]
        let decimals =
            rest.first == UInt8(ascii: ".")
            ? rest.dropFirst().prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } : []
        let milliseconds =
            (Array(decimals.prefix(3)) + Array(repeating: UInt8(ascii: "0"), count: 3))[..<3].decimal ?? 0
        if let sign = bytes.suffix(6).first, bytes.last != UInt8(ascii: "Z") {
            let count = bytes.count
            let offset = (number(count - 5..<count - 3) * 60 + number(count - 2..<count)) * 60
            seconds -= sign == UInt8(ascii: "-") ? -offset : offset
        }
        return (Int64(days) * 86_400 + Int64(seconds)) * 1000 + Int64(milliseconds)
    }

    /// Reads the text; fails for another form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let timestamp = Timestamp(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an RFC 3339 time")
        }
        self = timestamp
    }

    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    private static func isTime(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count == 5, bytes[bytes.startIndex + 2] == UInt8(ascii: ":"), let hour = bytes.prefix(2).decimal,
            let minute = bytes.suffix(2).decimal
        else { return false }
        return hour < 24 && minute < 60
    }
}
