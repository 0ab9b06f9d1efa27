import Fleet
import FoundationEssentials
import Sagas
import Workers

/// All tables of the store, and the transactions that change them.
///
/// A transaction is a mutating method: it is whole, or it throws and changes nothing that anybody sees.
package struct Tables: Sendable {
    package internal(set) var handoffs: [Rows.Handoff] = []
    package internal(set) var incidents: [Rows.Incident] = []
    package internal(set) var mirrors: [Rows.Mirror] = []
    package internal(set) var events: [Rows.Event] = []
    package internal(set) var journal: [Rows.Entry] = []
    /// Changes of steps that the protocol's states do not have.
    package internal(set) var oddities: [String] = []
    package internal(set) var looks: [Rows.Look] = []
    var claims: [Rows.ClaimRow] = []
    var targets: [String: Rows.Target] = [:]
    var approvals: [Rows.Approval] = []
    var choices: [Rows.Choice] = []
    var signatures: [Rows.Signature] = []
    var unsignedDeals: [Rows.UnsignedDeal] = []
    var pauses: Set<Rows.Pause> = []
    /// The opportunity, by each other name.
    var names: [String: String] = [:]
    let limits: TimeLimits
    let plants: StorePlants
    private var made: UInt64 = 0

    init(limits: TimeLimits, plants: StorePlants) {
        self.limits = limits
        self.plants = plants
    }

    /// The next id: counted, so that a run can be repeated.
    mutating func nextID() -> UUID {
        made += 1
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: made >> (8 * (7 - UInt64($0)))) }
        return UUID(
            uuid: (
                0, 0, 0, 0, 0, 0, 0x40, 0, 0x80, bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]
            ))
    }

    /// A handoff's place; nil when there is none.
    func place(of id: UUID) -> Int? { handoffs.firstIndex { $0.id == id } }

    /// The handoff `id`; nil when there is none.
    package func handoff(_ id: UUID) -> Rows.Handoff? { handoffs.first { $0.id == id } }

    /// The place of a handoff that the bearer of `token` owns; nil when somebody else does, or nobody.
    func owned(_ id: UUID, token: Int64) -> Int? {
        handoffs.firstIndex { row in
            row.id == id && (plants.contains(.noTokenCheck) || row.token == token)
                && (plants.contains(.noStateCheck) || row.state == .running)
        }
    }

    func isPaused(_ kind: String, _ name: String) -> Bool { pauses.contains(Rows.Pause(kind: kind, name: name)) }

    func ticket(of row: Rows.Handoff) -> Ticket {
        Ticket(.handoff(row.id), queue: row.queue, correlationID: row.correlationID)
    }

    func ticket(of row: Rows.Mirror) -> Ticket {
        Ticket(
            .mirror(opportunity: row.key.opportunity, target: row.key.target, object: row.key.object),
            queue: row.queue, correlationID: row.correlationID)
    }

    /// Hands a free lane to its head: the contract that arrived first, its lowest version whose base has ended. What is
    /// overtaken by it is lost from then on.
    mutating func advance(_ opportunity: String, at now: Duration) -> [Ticket] {
        let lane = handoffs.filter { $0.opportunity == opportunity }
        guard plants.contains(.noLanes) || !lane.contains(where: \.state.isInLane) else { return [] }
        let arrived = Dictionary(lane.enumerated().map { ($1.contract, $0) }, uniquingKeysWith: min)
        let heads = lane.filter { row in
            row.state == .behind
                && (row.base == nil
                    || lane.contains {
                        $0.contract == row.contract && $0.version == row.base && !$0.state.isOpen
                    } && !isLost(row))
        }
        let head = heads.min { one, other in
            (arrived[one.contract] ?? 0, one.version) < (arrived[other.contract] ?? 0, other.version)
        }
        guard let head, let place = place(of: head.id) else { return [] }
        handoffs[place].publishes = 0
        handoffs[place].activeSince = now
        let tickets = standInLine(place, at: now)
        tellStaleBases(in: opportunity, at: now)
        return tickets
    }

    /// What the schema's checks and unique indexes would refuse; nil when all is well.
    func violation() -> String? {
        var held: Set<String> = []
        var keys: Set<String> = []
        for row in handoffs {
            if row.state.isInLane, !held.insert(row.opportunity).inserted {
                return "lane \(row.opportunity) has two open versions"
            }
            let mustBeDue = [.ready, .running, .waiting].contains(row.state)
            if mustBeDue, row.dueAt == nil { return "version \(row.version) is \(row.state) and never due" }
            if !mustBeDue, row.state != .behind, row.dueAt != nil { return "version \(row.version) is closed and due" }
            if row.state == .waiting, row.cause == nil { return "version \(row.version) waits for nothing" }
            for step in row.steps {
                if !keys.insert(step.key).inserted { return "key \(step.key) is there twice" }
                if let fault = Self.violation(of: step) { return fault }
            }
        }
        var blocked: Set<UUID> = []
        for incident in incidents where incident.isBlocking && incident.state == .open {
            if let handoff = incident.handoff, !blocked.insert(handoff).inserted {
                return "a handoff has two open incidents that block it"
            }
        }
        return nil
    }

    private static func violation(of step: Rows.Step) -> String? {
        switch step.state {
        case .intent, .undoing: step.settledAt == nil ? "step \(step.key) is in doubt and never settled" : nil
        case .done: step.receipt == nil ? "step \(step.key) is done without a receipt" : nil
        case .kept: step.keptBecause == nil ? "step \(step.key) is kept without a reason" : nil
        case .planned, .undone, .skipped: nil
        }
    }
}
