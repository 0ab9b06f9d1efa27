/// An amount as a whole number of minor units of one currency; arithmetic never rounds, mixes or overflows in silence.
public struct Money: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The amount in the currency's minor unit: cents, yen, fils.
    public let minorUnits: Int64
    /// What the minor units are of.
    public let currency: Currency

    /// Why two amounts cannot be taken together.
    public enum Problem: Error, Sendable, Equatable {
        /// The result does not fit into 64 bits.
        case overflow
        /// The amounts are of two currencies.
        case currencies(Currency, Currency)
    }

    /// Describes an amount.
    public init(minorUnits: Int64, currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    /// Nothing, in `currency`.
    public static func zero(_ currency: Currency) -> Money { Money(minorUnits: 0, currency: currency) }

    /// The sum of both.
    public func adding(_ other: Money) throws(Problem) -> Money {
        guard currency == other.currency else { throw .currencies(currency, other.currency) }
        let (sum, overflow) = minorUnits.addingReportingOverflow(other.minorUnits)
        guard !overflow else { throw .overflow }
        return Money(minorUnits: sum, currency: currency)
    }

    /// What is left of this without `other`.
    public func subtracting(_ other: Money) throws(Problem) -> Money {
        guard currency == other.currency else { throw .currencies(currency, other.currency) }
        let (difference, overflow) = minorUnits.subtractingReportingOverflow(other.minorUnits)
        guard !overflow else { throw .overflow }
        return Money(minorUnits: difference, currency: currency)
    }

    /// The amount in `count` parts, in order, that sum to it exactly and differ by at most one minor unit.
    ///
    /// The odd units are spread evenly: 100.00 in three is 33.33, 33.33, 33.34. No parts for a count below one.
    public func split(into count: Int) -> [Money] {
        count > 0 ? split(byShares: Array(repeating: 1, count: count)) : []
    }

    /// The amount in parts of these shares, in order, that sum to it exactly; each is less than one minor unit off.
    ///
    /// No parts where the shares are not positive in sum.
    public func split(byShares shares: [Int64]) -> [Money] {
        let whole = shares.reduce(Int128(0)) { $0 + Int128($1) }
        guard whole > 0 else { return [] }
        var (share, before) = (Int128(0), Int64(0))
        return shares.map { part in
            share += Int128(part)
            let sum = Int64(Int128(minorUnits) * share / whole)
            defer { before = sum }
            return Money(minorUnits: sum - before, currency: currency)
        }
    }

    /// The amount with its decimal places and currency, such as `12.30 EUR`.
    public var description: String {
        let digits = String(minorUnits.magnitude)
        let sign = minorUnits < 0 ? "-" : ""
        guard currency.exponent > 0 else { return "\(sign)\(digits) \(currency.code)" }
        let padded = String(repeating: "0", count: max(currency.exponent + 1 - digits.count, 0)) + digits
        return "\(sign)\(padded.dropLast(currency.exponent)).\(padded.suffix(currency.exponent)) \(currency.code)"
    }
}
