import Fleet
import Sagas

extension Tables {
    /// Whether a target may be called; where a breaker's time is over, one asker gets the probe.
    mutating func gate(of name: String, at now: Duration) -> TargetGate {
        let row = targets[name] ?? Rows.Target()
        if isPaused("target", name) { return .shut(.paused, for: .seconds(60)) }
        if let until = row.throttledUntil, until > now { return .shut(.unavailable(.throttled), for: until - now) }
        guard let open = row.openUntil else { return row.failures > 0 ? .troubled : .open }
        let busyUntil = max(open, row.probeUntil ?? .zero)
        guard busyUntil <= now else { return .shut(.breaker, for: busyUntil - now) }
        targets[name, default: Rows.Target()].probeUntil = now + limits.lease
        return .probe
    }

    /// Notes how targets answered; a success outweighs the failures of the same transaction.
    mutating func note(_ reports: [TargetReport], at now: Duration) {
        for name in Set(reports.map(\.target)).sorted() {
            let ofTarget = reports.filter { $0.target == name }
            let failures = ofTarget.count {
                if case .failed = $0.answer { true } else { false }
            }
            let throttles = ofTarget.compactMap { report -> (time: Duration, wasProbe: Bool)? in
                if case .throttled(let time) = report.answer { (time, report.wasProbe) } else { nil }
            }
            // Who answers "later" is not down.
            let isWell = ofTarget.contains { $0.answer == .well } || throttles.contains(where: \.wasProbe)
            if isWell {
                recover(name)
            } else if failures > 0 {
                let probeFailed = ofTarget.contains { report in
                    if case .failed = report.answer { report.wasProbe } else { false }
                }
                fail(name, failures, probeFailed: probeFailed, at: now)
            }
            if let time = throttles.map(\.time).max() {
                let until = now + time
                targets[name, default: Rows.Target()].throttledUntil = max(
                    targets[name]?.throttledUntil ?? until, until)
            }
        }
    }

    /// Failures open a breaker when enough of them came in a row, and again when its probe failed.
    private mutating func fail(_ name: String, _ failures: Int, probeFailed: Bool, at now: Duration) {
        let isNew = targets[name] == nil
        var row = targets[name] ?? Rows.Target()
        let opens =
            probeFailed && !isNew || row.openUntil == nil && row.failures + failures >= limits.breakerFailures
        if opens {
            row.openUntil = now + min(limits.longestBreakerWait, limits.breakerWait * (1 << min(row.openings, 20)))
            row.openings += 1
        }
        if probeFailed { row.probeUntil = nil }
        row.failures += failures
        targets[name] = row
    }

    private mutating func recover(_ name: String) {
        guard var row = targets[name], row.failures > 0 || row.openUntil != nil else { return }
        row.failures = 0
        row.openings = 0
        row.openUntil = nil
        row.probeUntil = nil
        targets[name] = row
    }

    /// Asks for a thing that deals share.
    mutating func claim(_ request: ClaimRequest, at now: Duration) -> ClaimAnswer {
        let known = claims.firstIndex { $0.claim == request.claim }
        if let known, let id = claims[known].externalID {
            return .exists(Receipt(externalID: id, origin: .linked, contentHash: claims[known].contentHash))
        }
        guard owned(request.handoff, token: request.token) != nil else { return .busy }
        let settledAt = now + request.time
        guard let known else {
            claims.append(Rows.ClaimRow(claim: request.claim, holder: request.holder, settledAt: settledAt))
            return .granted(mustLookFirst: false)
        }
        guard claims[known].settledAt <= now else { return .busy }
        claims[known].holder = request.holder
        claims[known].settledAt = settledAt
        return .granted(mustLookFirst: true)
    }
}
