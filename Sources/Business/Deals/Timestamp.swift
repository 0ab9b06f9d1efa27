/// A moment as RFC 3339 text, kept as it was written; it is passed on and never compared.
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
