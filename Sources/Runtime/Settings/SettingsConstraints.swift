/// What the settings must respect together, because of times and sizes that are fixed elsewhere.
public struct SettingsConstraints: Sendable, Equatable {
    /// How long the surroundings wait between asking a worker to stop and killing it; nil if nobody kills.
    public var stopGrace: Duration?

    /// No killer, unless one is given.
    public init(stopGrace: Duration? = nil) {
        self.stopGrace = stopGrace
    }
}

extension WorkerSettings {
    /// What is wrong between settings each of which is right. Rules about a setting that already has one of the
    /// `found` problems are left out: they would judge a value that nobody chose.
    public func problems(
        under constraints: SettingsConstraints, besides found: [SettingsProblem] = []
    ) -> [SettingsProblem] {
        let wrong = Set(found.map(\.name))
        return rules(under: constraints).compactMap { rule in
            let isJudgeable = rule.settings.allSatisfy { !wrong.contains($0.setting.name) }
            guard let first = rule.settings.first, isJudgeable, !rule.holds else { return nil }
            return SettingsProblem(first.setting.name, wrong: rule.wrong, expected: rule.expected)
        }
    }

    private struct Rule {
        let settings: [DurationSetting]
        let holds: Bool
        let wrong: String
        let expected: String
    }

    private func rules(under constraints: SettingsConstraints) -> [Rule] {
        let budget = crmCallBudget.settingText
        var rules = [
            Rule(
                settings: [KnownSettings.lease, KnownSettings.crmCallBudget], holds: lease > crmCallBudget,
                wrong: "\(lease.settingText) ends before a call to the CRM that may take \(budget)",
                expected: "more than \(budget)"),
            Rule(
                settings: [KnownSettings.sweepInterval, KnownSettings.lease], holds: sweepInterval < lease,
                wrong: "\(sweepInterval.settingText) is not less than BATON_LEASE, \(lease.settingText)",
                expected: "less than the lease, or dead workers' handoffs lie for several leases"),
            Rule(
                settings: [KnownSettings.ticketLease, KnownSettings.sweepInterval], holds: ticketLease > sweepInterval,
                wrong: "\(ticketLease.settingText) is not more than BATON_SWEEP_INTERVAL, \(sweepInterval.settingText)",
                expected: "more than the sweep interval, or each sweep publishes each ticket again"),
            Rule(
                settings: [KnownSettings.maximalAge, KnownSettings.ticketLease], holds: maximalAge > ticketLease,
                wrong: "\(maximalAge.settingText) is not more than BATON_TICKET_LEASE, \(ticketLease.settingText)",
                expected: "more than the ticket lease, or a lost ticket already asks for a person"),
            Rule(
                settings: [KnownSettings.longestBreakerWait, KnownSettings.breakerWait],
                holds: longestBreakerWait >= breakerWait,
                wrong: "\(longestBreakerWait.settingText) is less than BATON_BREAKER_WAIT, \(breakerWait.settingText)",
                expected: "at least the first wait"),
        ]
        if let grace = constraints.stopGrace {
            let both = process.drainTime + process.cancelTime
            rules.append(
                Rule(
                    settings: [KnownSettings.drainTime, KnownSettings.cancelTime], holds: both < grace,
                    wrong: "with BATON_CANCEL_TIME it makes \(both.settingText), and the worker is killed after "
                        + grace.settingText,
                    expected: "less than \(grace.settingText) together"))
        }
        return rules
    }
}
