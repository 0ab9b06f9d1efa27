/// What the CRM holds: every status of a handoff that was ever written, by opportunity.
struct CRMState: Sendable {
    struct Status: Sendable {
        let seq: Int
        let time: String
        let key: String
        let hash: String
        let body: HandoffBody
        let correlationID: String
    }

    private var statuses: [String: [Status]] = [:]

    /// All that was ever written for an opportunity, oldest first.
    func history(of opportunity: String) -> [Status] { statuses[opportunity] ?? [] }

    mutating func keep(_ body: HandoffBody, _ effect: Effect) {
        statuses[effect.id, default: []].append(
            Status(
                seq: effect.seq, time: effect.time, key: effect.key, hash: effect.hash, body: body,
                correlationID: effect.correlationId))
    }
}
