/// One rule of `PUT /admin/faults`: which requests it hits, and what happens to them.
struct FaultRule: Codable, Sendable, Equatable {
    /// What happens to a request.
    enum Effect: String, Codable, Sendable {
        /// It is done after `latencyMs`.
        case latency
        /// 429 with `Retry-After: retryAfterS`, not done.
        case throttle
        /// 500, not done.
        case error
        /// Not done; the connection is held for `holdMs` and closed without an answer.
        case timeoutBefore = "timeout_before"
        /// Done; the connection is held for `holdMs` and closed without an answer.
        case timeoutAfter = "timeout_after"
        /// 422 with `code` and `text`, not done.
        case refuse
    }

    /// Hits requests of this system only.
    var system: SystemName?
    /// Hits requests of this verb only.
    var verb: Verb?
    /// Hits requests whose path begins so.
    var path: String?
    /// Hits requests with this text in their key, path or body.
    var match: String?
    var effect: Effect
    var latencyMs: Int?
    var retryAfterS: Int?
    var holdMs: Int?
    var code: String?
    var text: String?
    /// How many requests it still hits; without it, all.
    var count: Int?
    /// How likely it is to hit a request that fits; without it, always.
    var probability: Double?
    /// Where the dice start; the same seed and order of requests give the same hits.
    var seed: UInt64?

    /// Says what a rule lacks, nil if it can be used.
    var complaint: String? {
        if effect == .latency, latencyMs == nil { return "latency needs latencyMs" }
        if let latencyMs, latencyMs < 0 { return "latencyMs is negative" }
        if let holdMs, holdMs < 0 { return "holdMs is negative" }
        if let count, count < 0 { return "count is negative" }
        if let probability, !(0...1).contains(probability) { return "probability is not in 0...1" }
        return nil
    }

    /// Whether a request fits, dice and count aside.
    func fits(_ verb: Verb, _ asking: Asking) -> Bool {
        if let system, system != verb.system { return false }
        if let wanted = self.verb, wanted != verb { return false }
        if let path, !asking.path.hasPrefix(path) { return false }
        guard let match else { return true }
        return asking.key?.contains(match) == true || asking.path.contains(match)
            || String(decoding: asking.body, as: UTF8.self).contains(match)
    }
}
