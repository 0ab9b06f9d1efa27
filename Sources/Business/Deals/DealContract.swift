/// By the rules of which contract the JSON of a deal is read.
public enum DealContract: Sendable, Hashable {
    /// `deal.updated.v1`: flat, with the legal entity and the days of payment given.
    case v1
    /// `deal.updated.v2`: all groups, and everything that delivery and finance need.
    case v2
    /// What was stored after it had kept either contract's rules.
    case stored
}

/// Which contracts name a member, and which of them need it.
enum Need {
    /// Each needs it.
    case always
    /// Each names it, none needs it.
    case never
    /// Each names it, v1 alone needs it.
    case inV1
    /// Each names it, v2 alone needs it.
    case inV2
    /// v1 does not name it, v2 needs it.
    case sinceV2
    /// v1 does not name it, none needs it.
    case neverSinceV2

    func isNamed(by contract: DealContract) -> Bool {
        switch self {
        case .always, .never, .inV1, .inV2: true
        case .sinceV2, .neverSinceV2: contract != .v1
        }
    }

    func isNeeded(by contract: DealContract) -> Bool {
        switch self {
        case .always: true
        case .never, .neverSinceV2: false
        case .inV1: contract == .v1
        case .inV2, .sinceV2: contract == .v2
        }
    }
}
