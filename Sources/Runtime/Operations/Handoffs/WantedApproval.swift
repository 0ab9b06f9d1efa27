/// The approval that a waiting handoff wants, as its cause says: `approval:<gate>:<plan hash>`.
struct WantedApproval: Sendable, Equatable {
    let gate: String
    let planHash: String

    /// Nil for a handoff that waits for something else.
    init?(cause: String?) {
        let parts = (cause ?? "").split(separator: ":", maxSplits: 2)
        guard parts.count == 3, parts[0] == "approval" else { return nil }
        gate = String(parts[1])
        planHash = String(parts[2])
    }
}

/// The approval that may be decided; throws ``ActRefused`` where there is none, or not by this person.
func approvalToDecide(
    state: String, cause: String?, gate: String?, requesters: [String], decidedBy actor: String
) throws(ActRefused) -> WantedApproval {
    guard state == "waiting", let wanted = WantedApproval(cause: cause) else {
        throw ActRefused("the handoff is \(state) and waits for no approval: there is nothing to decide")
    }
    if let gate, gate != wanted.gate {
        throw ActRefused("the handoff waits for the approval '\(wanted.gate)', not for '\(gate)'")
    }
    // A publisher's login may be named as the person's is: it is taken to be the same one.
    if requesters.contains(actor) || requesters.contains("publisher:\(actor)") {
        throw ActRefused("\(actor) asked for this, so somebody else has to decide it")
    }
    return wanted
}
