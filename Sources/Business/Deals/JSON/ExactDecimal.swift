/// A decimal number as its digits say it, without the detour through a binary fraction that would change its last cent.
public struct ExactDecimal: Equatable, Sendable {
    private let isNegative: Bool
    /// Neither the first nor the last digit is a zero; empty for nothing.
    private let digits: [UInt8]
    /// The power of ten of the last digit.
    private let exponent: Int

    /// Why a number is no `Int64` of the unit that was asked for.
    public enum Problem: Error, Equatable, Sendable {
        /// It has a digit below the unit.
        case tooManyPlaces
        /// It is beyond 64 bits.
        case tooLarge
    }

    /// Reads an optional minus, digits, an optional point with digits behind it and an optional exponent, as JSON writes
    /// numbers but for leading zeros; nil for anything else, such as a comma or a thousands separator.
    public init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest.removeFirst() }
        let whole = ExactDecimal.digits(&rest)
        var fraction: [UInt8] = []
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = ExactDecimal.digits(&rest)
            guard !fraction.isEmpty else { return nil }
        }
        guard !whole.isEmpty, let power = ExactDecimal.power(&rest), rest.isEmpty else { return nil }
        let all = whole + fraction
        let withoutEnd = all.reversed().drop { $0 == 0 }
        let digits = Array(withoutEnd.reversed().drop { $0 == 0 })
        self.digits = digits
        self.isNegative = isNegative && !digits.isEmpty
        exponent = digits.isEmpty ? 0 : power - fraction.count + all.count - withoutEnd.count
    }

    /// Whether nothing stands behind the point.
    public var isWhole: Bool { exponent >= 0 }

    /// The number in units of which ten to the power of `places` make one: 12.3 with two places is 1230. Never rounds.
    public func units(places: Int) throws(Problem) -> Int64 {
        let zeros = exponent + places
        guard zeros >= 0 else { throw .tooManyPlaces }
        guard digits.count + zeros <= 19 else { throw .tooLarge }
        var value: Int64 = 0
        for digit in digits + [UInt8](repeating: 0, count: digits.isEmpty ? 0 : zeros) {
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow2) = shifted.subtractingReportingOverflow(Int64(digit))
            guard !overflow, !overflow2 else { throw .tooLarge }
            value = sum
        }
        // Gathered below zero, where one more number lies than above.
        guard isNegative || value != .min else { throw .tooLarge }
        return isNegative ? value : -value
    }

    private static func digits(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
        let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        rest = rest.dropFirst(digits.count)
        return digits.map { $0 - UInt8(ascii: "0") }
    }

    /// The exponent, zero where there is none; nil where it is begun and no number.
    private static func power(_ rest: inout ArraySlice<UInt8>) -> Int? {
        guard rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") else { return 0 }
        rest.removeFirst()
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        let digits = digits(&rest)
        guard !digits.isEmpty else { return nil }
        // Nothing that fits into a message reaches a million: beyond it, only the direction matters.
        let size = digits.reduce(0) { min($0 * 10 + Int($1), 1_000_000_000) }
        return isNegative ? -size : size
    }
}
