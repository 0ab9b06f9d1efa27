/// A whole number and the range it must lie in.
struct NumberSetting {
    let setting: Setting
    let range: ClosedRange<Int>

    init(_ name: String, _ meaning: String, fallback: Int, in range: ClosedRange<Int>) {
        setting = Setting(
            name, meaning, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            fallback: String(fallback))
        self.range = range
    }
}

/// A time and the range it must lie in.
struct DurationSetting {
    let setting: Setting
    let range: ClosedRange<Duration>

    init(_ name: String, _ meaning: String, fallback: Duration, in range: ClosedRange<Duration>) {
        let (least, most) = (range.lowerBound.settingText, range.upperBound.settingText)
        setting = Setting(
            name, meaning, expected: "a time such as 500ms, 15s, 5m or 72h, from \(least) to \(most)",
            fallback: fallback.settingText)
        self.range = range
    }
}
