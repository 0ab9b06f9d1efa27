extension Duration {
    /// Reads a time as settings write it: a whole number and `ms`, `s`, `m` or `h`, such as `500ms`, `15s`, `72h`.
    public init?(setting text: String) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let perUnit: Int64
        switch text.dropFirst(digits.count) {
        case "ms": perUnit = 1
        case "s": perUnit = 1000
        case "m": perUnit = 60_000
        case "h": perUnit = 3_600_000
        default: return nil
        }
        guard let count = Int64(digits) else { return nil }
        let (milliseconds, isTooLong) = count.multipliedReportingOverflow(by: perUnit)
        if isTooLong { return nil }
        self = .milliseconds(milliseconds)
    }

    /// The time as settings write it, in the largest unit that needs no fraction; parts of a millisecond are left out.
    public var settingText: String {
        let (seconds, attoseconds) = components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        if milliseconds != 0 { return "\(seconds * 1000 + milliseconds)ms" }
        if seconds == 0 || seconds % 60 != 0 { return "\(seconds)s" }
        return seconds % 3600 == 0 ? "\(seconds / 3600)h" : "\(seconds / 60)m"
    }
}
