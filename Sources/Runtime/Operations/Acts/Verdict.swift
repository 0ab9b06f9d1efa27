import FoundationEssentials
import Workers

/// What an act changes.
enum Change: Sendable, Equatable {
    /// The handoff becomes ready, the incident closes.
    case requeue
    /// The message is noted as being sent, then published.
    case beginSending
    /// The message is being sent already, without a confirm: published again.
    case finishSending
    case hold
    case release
    /// The incident closes, and nothing else changes.
    case close
    /// What exists is kept, the handoff closes, the lane moves on.
    case discard
    /// The handoff goes back, step by step.
    case turnBack
    /// The step whose undoing was refused stays, and the handoff goes on going back.
    case keepStep(handoff: RowID, ordinal: Int)
}

/// Whether an act is allowed, and what it changes.
enum Verdict: Sendable, Equatable {
    case go(Change)
    case stop(ActResult.Outcome, String)
}

/// Decides on an act by somebody who saw the incident at `revision`.
func verdict(on act: Act, seen revision: Int, in situation: Situation) -> Verdict {
    if let earlier = whatWasDone(before: act, in: situation) { return earlier }
    let incident = situation.incident
    if incident.revision != revision { return .stop(.changed, changed(in: situation)) }
    switch act.kind {
    case .hold: return .go(.hold)
    case .release: return .go(.release)
    case .send, .discard: break
    }
    if let holder = incident.heldBy {
        return .stop(
            .held,
            "held by \(holder)\(since(incident.heldAt)) because \(incident.heldBecause ?? "-"): release it first")
    }
    if case .discard(let disposal) = act.kind { return discarding(disposal, in: situation) }
    return sending(act, in: situation)
}

/// Tells about somebody who was first, so that acting twice is harmless; nil when nobody was.
private func whatWasDone(before act: Act, in situation: Situation) -> Verdict? {
    let incident = situation.incident
    let isSend = if case .send = act.kind { true } else { false }
    switch incident.state {
    case "sending":
        if isSend { return .go(.finishSending) }
        return .stop(.changed, changed(in: situation) + "; its message is on its way, 'requeue send' finishes it")
    case "closed":
        let done = [
            "requeued": "sent", "discarded": "discarded", "undo": "turned back", "kept": "kept", "adopted": "adopted",
            "chosen": "decided",
        ]
        let resolution = incident.resolution ?? "-"
        let words = "by \(incident.closedBy ?? "-")\(at(incident.closedAt))"
        let isSame: Bool =
            switch act.kind {
            case .send: resolution == "requeued"
            case .discard(.keep): resolution == "discarded" || resolution == "kept"
            case .discard(.undo): resolution == "undo"
            case .discard(.undecided): resolution == "discarded"
            case .hold, .release: false
            }
        if isSame { return .stop(.already, "already \(done[resolution] ?? resolution) \(words)") }
        return .stop(.changed, "changed \(words): \(done[resolution] ?? resolution)")
    default: break
    }
    switch (act.kind, incident.heldBy) {
    case (.hold, let holder?):
        let because = incident.heldBecause ?? "-"
        return .stop(.already, "already held by \(holder)\(since(incident.heldAt)) because \(because)")
    case (.release, nil):
        guard let last = situation.lastAct, last.act == "release" else { return .stop(.already, "it is not held") }
        return .stop(.already, "already released by \(last.actor)\(at(last.at))")
    default: return nil
    }
}

private func changed(in situation: Situation) -> String {
    guard let last = situation.lastAct else { return "changed since it was listed: list again" }
    return "changed by \(last.actor)\(at(last.at)): \(last.act)"
}

private func sending(_ act: Act, in situation: Situation) -> Verdict {
    let incident = situation.incident
    let advice = situation.next.map { ": \($0)" } ?? ""
    guard let handoff = situation.handoff else {
        guard incident.hasBody else { return .stop(.refused, "its message was not kept, so there is nothing to send") }
        if let bar = barToReturning(incident.origin) { return .stop(.refused, bar) }
        if situation.retry == "never", act.kind == .send(evenSo: false) {
            return .stop(
                .refused,
                "a message of class \(incident.incidentClass) fails again as it is\(advice) (--even-so sends it)")
        }
        return .go(.beginSending)
    }
    if lacksItsBase(incident.incidentClass), handoff.state == "behind" {
        let how = incident.incidentClass == "base_stale" ? "can no longer come" : "has not come"
        let cure = situation.next ?? "publish the contract as a complete version with a higher number, or discard this"
        return .stop(
            .refused, "the version that this change order changes \(how), so there is nothing to send: \(cure)")
    }
    guard incident.isBlocking else {
        return .stop(.refused, "it holds no handoff up, so there is nothing to send\(advice)")
    }
    return handoff.state == "parked" ? .go(.requeue) : .stop(.refused, notParked(handoff))
}

/// Why a message cannot go back to where it came from; nil where it can. The only place to which people send is the
/// exchange of publishers, under the key under which the message was delivered: there its source is checked again.
private func barToReturning(_ origin: [String: String]) -> String? {
    let (exchange, key) = (origin["exchange"] ?? "", origin["routing_key"] ?? "")
    guard exchange == "deals" else {
        let place = exchange.isEmpty ? "the default exchange" : "exchange \(exchange)"
        return "it came over \(place), not from a publisher: have the event published again, then discard this"
    }
    let words = key.split(separator: ".", omittingEmptySubsequences: false)
    guard words.count > 1, words.allSatisfy({ !$0.isEmpty }), OutsideText.identifier(key) == key else {
        return "its routing key is not <source>.<type>, so it would not come back: have the event published again"
    }
    return nil
}

/// Whether incidents of a stored class are about a change order whose base is not there.
func lacksItsBase(_ incidentClass: String?) -> Bool {
    incidentClass.flatMap(IncidentClass.init)?.lacksBase ?? false
}

private func discarding(_ disposal: Act.Disposal, in situation: Situation) -> Verdict {
    guard let handoff = situation.handoff else { return .go(.close) }
    // A change order whose base will never come would otherwise run if it came all the same.
    if lacksItsBase(situation.incident.incidentClass), handoff.state == "behind" { return .go(.discard) }
    guard situation.incident.isBlocking else { return .go(.close) }
    guard handoff.state == "parked" else { return .stop(.refused, notParked(handoff)) }
    if handoff.kind == "cancel" || handoff.direction == "undo" {
        return keepingOne(disposal, of: handoff, in: situation)
    }
    if disposal == .undo {
        if let final = situation.steps.first(where: { $0.isFinal && ($0.state == "intent" || $0.state == "done") }) {
            return .stop(
                .refused, "it is past the point of no return: \(final.name) is \(final.state); send it, or --keep")
        }
        return .go(.turnBack)
    }
    if let doubt = situation.steps.first(where: \.isInDoubt) { return .stop(.refused, inDoubt(doubt)) }
    let existing = situation.steps.filter { $0.state == "done" }
    if disposal == .undecided, !existing.isEmpty {
        let list = existing.reversed().map(\.named).joined(separator: ", ")
        return .stop(.refused, "this exists already: \(list). --keep leaves it there, --undo undoes it")
    }
    return .go(.discard)
}

/// What goes back cannot be discarded; only the step that will not go back can stay.
private func keepingOne(_ disposal: Act.Disposal, of handoff: Situation.Handoff, in situation: Situation) -> Verdict {
    let what = handoff.kind == "cancel" ? "a cancellation" : "a handoff that is being undone"
    let name = situation.incident.step ?? "the step"
    guard disposal == .keep else {
        return .stop(
            .refused, "\(what) cannot be discarded: send it, or --keep leaves \(name) as it is and undoes the rest")
    }
    guard let step = situation.steps.first(where: { $0.name == name && ($0.isInDoubt || $0.state == "done") }) else {
        return .stop(.refused, "\(what) cannot be discarded, and of \(name) nothing is left to keep: send it")
    }
    if step.isInDoubt { return .stop(.refused, inDoubt(step)) }
    return .go(.keepStep(handoff: step.handoff, ordinal: step.ordinal))
}

private func inDoubt(_ step: Situation.Step) -> String {
    "it is not known whether \(step.name) took effect; requeue to find out"
}

private func notParked(_ handoff: Situation.Handoff) -> String {
    "its handoff is \(handoff.state), not parked: there is nothing to decide"
}

private func at(_ date: Date?) -> String { date.map { " at \($0.formatted(.iso8601))" } ?? "" }
private func since(_ date: Date?) -> String { date.map { " since \($0.formatted(.iso8601))" } ?? "" }
