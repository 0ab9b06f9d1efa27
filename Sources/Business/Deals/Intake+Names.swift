extension Intake {
    /// The same, of an opportunity that its source knows by these ids too.
    func known(as names: [String]) -> Intake {
        switch self {
        case .handoff(var event):
            event.names = names.except(event.deal.opportunity)
            return .handoff(event)
        case .unsigned(var event):
            event.names = names.except(event.deal.opportunity)
            return .unsigned(event)
        case .ignored(var event):
            event.names = names.except(event.key?.opportunity)
            return .ignored(event)
        case .cancellation, .signature: return self
        }
    }

    /// The same under the name that its opportunity has here; the one that it came with is another name of it.
    public func under(_ opportunity: String) -> Intake {
        switch self {
        case .handoff(var event):
            event.move(to: opportunity)
            return .handoff(event)
        case .unsigned(var event):
            event.move(to: opportunity)
            return .unsigned(event)
        case .ignored(var event):
            if let key = event.key {
                event.names = (event.names + [key.opportunity]).except(opportunity)
                event.key = Deal.Key(opportunity: opportunity, contract: key.contract, version: key.version)
            }
            event.deal?.opportunity = opportunity
            return .ignored(event)
        case .cancellation(var event):
            let old = event.cancellation
            event.cancellation = Cancellation(
                opportunity: opportunity, contract: old.contract, version: old.version, reason: old.reason)
            return .cancellation(event)
        case .signature(var event):
            let old = event.signature
            event.signature = Signature(
                opportunity: opportunity, envelope: old.envelope, sowHash: old.sowHash, signedAt: old.signedAt)
            return .signature(event)
        }
    }
}

extension DealEvent {
    fileprivate mutating func move(to opportunity: String) {
        names = (names + [deal.opportunity]).except(opportunity)
        deal.opportunity = opportunity
    }
}

extension [String] {
    /// Each once, in order, without `name`.
    fileprivate func except(_ name: String?) -> [String] {
        var seen: Set<String> = []
        return filter { $0 != name && seen.insert($0).inserted }
    }
}
