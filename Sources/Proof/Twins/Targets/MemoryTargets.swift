import Connectors
import Synchronization
import Workers

/// CRM, ERP and PSA in memory, with the idempotency, the order rules and the habits of the sandbox.
package final class MemoryTargets: Sendable {
    /// Something that was done.
    package struct Effect: Sendable, Equatable {
        package let verb: TargetVerb
        package let key: String
        /// The thing's id, as reads give it.
        package let id: String
    }

    /// For how long the ERP works on a schedule that it accepted.
    let billingDelay: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let world: Mutex<TargetWorld>

    /// Goes by the clock `now`. `hasNativeKeys` false makes customers and schedules as forgetful as projects are, and
    /// `isSearchable` false lets no key be found again.
    package init(
        now: @escaping @Sendable () -> ContinuousClock.Instant, billingDelay: Duration = .seconds(2),
        hasNativeKeys: Bool = true, isSearchable: Bool = true
    ) {
        self.now = now
        self.billingDelay = billingDelay
        world = Mutex(TargetWorld(hasNativeKeys: hasNativeKeys, isSearchable: isSearchable))
    }

    /// What the systems hold.
    package var snapshot: TargetWorld { world.withLock { $0 } }

    /// Replaces what the systems do wrong.
    package func arm(_ faults: [TargetFault]) {
        world.withLock { $0.faults = faults }
    }

    /// Makes a project as a person does by hand, without any key of ours; answers its id.
    package func createByHand(_ project: ProjectRecord) -> String {
        world.withLock { $0.createByHand(project) }
    }

    /// Makes a customer with contacts as a person does by hand.
    package func createByHand(_ customer: CustomerRecord, contacts: [ContactRecord]) {
        world.withLock { $0.createByHand(customer, contacts: contacts) }
    }

    /// How many effects a key had at a verb.
    package func effects(_ verb: TargetVerb, key: String) -> Int {
        world.withLock { $0.effects.count { $0.verb == verb && $0.key == key } }
    }

    /// Throws for a call that must not be sent any more.
    package func checkDeadline(of call: Call, _ verb: TargetVerb) throws {
        if verb.isWrite, call.sendBy < call.deadline, now() >= call.sendBy { throw NotSent(target: verb.target) }
        guard now() < call.deadline else {
            throw Unavailable(.failure, target: verb.target, reason: "the call's deadline is past: not sent")
        }
    }

    /// Does what a call asks, unless a fault says otherwise.
    func answer<Value: Sendable>(
        _ verb: TargetVerb, _ act: @Sendable (inout TargetWorld, ContinuousClock.Instant) throws -> Value
    ) throws -> Value {
        let moment = now()
        return try world.withLock { world in
            let fault = world.takeFault(verb)
            switch fault {
            case .throttle(let time):
                throw Unavailable(.throttled, target: verb.target, retryAfter: time, reason: "429")
            case .error: throw Unavailable(.failure, target: verb.target, reason: "500")
            case .timeoutBefore: throw Unavailable(.failure, target: verb.target, reason: "no answer in time")
            case .refuse(let code, let text):
                throw TargetRefusal(status: 422, code: code, text: text)
            case .timeoutAfter, .kill, nil: break
            }
            let value = Result { try act(&world, moment) }
            switch fault {
            case .timeoutAfter: throw Unavailable(.failure, target: verb.target, reason: "no answer in time")
            case .kill: throw Died()
            default: return try value.get()
            }
        }
    }
}

/// What a system will not do.
struct TargetRefusal: Error {
    let status: Int
    let code: String
    let text: String

    /// As the ports say it.
    func refused(by target: String, isInverse: Bool) -> Refused {
        let isKnown = SandboxCodes.known.contains(code)
        return Refused(
            isInverse ? .undoRefused : incidentClass, "\(target) answered \(status)" + (isKnown ? " \(code)" : ""),
            said: isKnown ? text : "\(code): \(text)")
    }

    /// Whose mistake it is.
    private var incidentClass: IncidentClass {
        switch code {
        case "tax_unknown", "unknown_jurisdiction": .taxUnknown
        case "revenue_rule_missing": .revenueRuleMissing
        case "entity_unmapped": .entityUnmapped
        case "duplicate_customer": .duplicateCustomer
        case "unknown_service": .serviceUnknown
        case "invalid_combination": .dimensionInvalid
        default: .targetRefused
        }
    }
}
