import Deals

/// An amount as people read it; where the currency is not known any more, in minor units, and a dash where there is no
/// amount, as with a cancellation.
public func amountText(_ minorUnits: Int64, _ code: String) -> String {
    if code == "XXX" { return "-" }
    guard let currency = Currency(code) else { return "\(minorUnits) \(code), in minor units" }
    return Money(minorUnits: minorUnits, currency: currency).description
}

/// Reads an amount such as `1234.5` in a currency's minor units; nil for anything else, and for too many places.
public func minorUnits(_ text: String, in currency: Currency) -> Int64? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, parts.count < 2 || currency.exponent > 0, !whole.isEmpty else { return nil }
    let places = parts.count == 2 ? parts[1] : ""
    guard places.utf8.count <= currency.exponent, (whole + places).utf8.allSatisfy({ (48...57).contains($0) }) else {
        return nil
    }
    let padding = String(repeating: "0", count: currency.exponent - places.utf8.count)
    return Int64(whole + places + padding)
}
