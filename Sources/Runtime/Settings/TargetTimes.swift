/// How long calls to one system may take, and how long after that what they do may still appear.
public struct TargetTimes: Sendable, Equatable {
    /// How long an answer is awaited.
    public let callBudget: Duration
    /// How long after that an effect may still become visible.
    public let settlingTime: Duration
}

/// The settings of one system's times.
struct TargetSettings: Sendable {
    let callBudget: DurationSetting
    let settlingTime: DurationSetting

    init(_ target: String, callBudget: Duration, settlingTime: Duration) {
        self.callBudget = Self.callBudget(of: target, callBudget)
        self.settlingTime = DurationSetting(
            "BATON_\(target)_SETTLING_TIME",
            "How long after a call to the \(target) was given up it may still take effect; asking before tells nothing.",
            fallback: settlingTime, in: .zero...(.seconds(86_400)))
    }

    static func callBudget(of target: String, _ fallback: Duration) -> DurationSetting {
        DurationSetting(
            "BATON_\(target)_CALL_BUDGET", "How long an answer of the \(target) is awaited.", fallback: fallback,
            in: .milliseconds(100)...(.seconds(600)))
    }

    var settings: [Setting] { [callBudget.setting, settlingTime.setting] }
}

extension SettingsReader {
    mutating func times(_ target: TargetSettings) -> TargetTimes {
        TargetTimes(callBudget: duration(target.callBudget), settlingTime: duration(target.settlingTime))
    }

    /// One duration or several, separated by commas, each longer than the one before.
    mutating func durations(_ setting: Setting) -> [Duration] {
        checked(setting, or: []) { text in
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            let times = parts.compactMap { Duration(setting: String($0)) }
            let rises = zip(times, times.dropFirst()).allSatisfy { $0 < $1 }
            let longest = Duration.seconds(30 * 86_400)
            return times.count == parts.count && times.count <= 20 && rises && times.allSatisfy { $0 <= longest }
                ? times : nil
        }
    }
}
