import Fleet
import FoundationEssentials
import Handoffs
import Sagas

/// What must hold once a company is at rest, whatever went wrong on the way.
struct Verdict {
    let tables: Tables
    let world: TargetWorld
    let broker: MemoryBroker
    let published: [String]
    let hash: (String) -> String

    /// A step, as the key of a call names it.
    private struct Place: Hashable {
        let opportunity: String
        let contract: String
        let version: Int
        let arrival: Int
        let ordinal: Int
    }

    /// Everything that does not hold.
    var complaints: [String] {
        tables.oddities + rest + events + onceOnly + order + tables.handoffs.flatMap(records) + cancellations
            + schedules + journal
    }

    private func name(_ row: Rows.Handoff) -> String { "\(row.opportunity)/\(row.contract)/\(row.version)" }

    /// Closed, parked with one incident, behind such a one, or waiting for a person; nothing on its way.
    private var rest: [String] {
        var complaints = tables.handoffs.compactMap { row -> String? in
            let blocking = tables.incidents.count { $0.handoff == row.id && $0.isBlocking && $0.state == .open }
            if (row.state == .parked) != (blocking == 1) {
                return "\(name(row)) is \(row.state) with \(blocking) open incidents"
            }
            if !row.state.isOpen || row.state == .parked { return nil }
            if row.state == .waiting, row.cause?.hasPrefix("approval:") == true { return nil }
            let holder = tables.handoffs.first { $0.opportunity == row.opportunity && $0.state.isInLane }
            let isExcused = holder.map { $0.state == .parked || $0.state == .waiting } ?? false
            if row.state == .behind, isExcused || tables.isLost(row) { return nil }
            return "\(name(row)) is left \(row.state)"
        }
        complaints += tables.incidents.filter { $0.state == .open }.compactMap { incident in
            if broker.copies(of: incident.id) == 0 { return "incident \(incident.cause) has no copy" }
            return incident.dueAt == nil ? nil : "incident \(incident.cause) is never copied for good"
        }
        complaints += tables.mirrors.compactMap { mirror in
            if mirror.state != .idle { return "a status is left \(mirror.state)" }
            let said = world.statuses["\(mirror.key.opportunity)/\(mirror.contract)"]?.sourceVersion
            return said == mirror.sourceVersion
                ? nil : "the CRM says status \(said ?? 0) and not \(mirror.sourceVersion)"
        }
        complaints += tables.looks.filter { $0.state != .done }.compactMap { look in
            let owner = tables.handoff(look.step.handoff)
            // A cancellation that waits for a person has its looks wait with it.
            let isExcused = owner?.state.isOpen == true || look.state == .waiting && tables.isUnderCancellation(look)
            return isExcused ? nil : "a look at \(owner.map(name) ?? "-") is left \(look.state)"
        }
        if broker.messages > 0 { complaints.append("\(broker.messages) messages are left") }
        return complaints
    }

    /// Every event is recorded, and every version has one handoff.
    private var events: [String] {
        let lost = published.filter { id in !tables.events.contains { $0.eventID == id } }
        let versions = Dictionary(grouping: tables.handoffs, by: name).filter { $0.value.count > 1 }.keys.sorted()
        return lost.map { "event \($0) was lost" } + versions.map { "\($0) has more than one handoff" }
    }

    /// A key takes effect once. Replacing a customer or a status may be said again.
    private var onceOnly: [String] {
        var seen: [String: Int] = [:]
        let removed = removedCopies
        for effect in world.effects where effect.verb != .updateCustomer && effect.verb != .writeHandoff {
            if removed.contains(effect.id), !effect.verb.isInverse { continue }
            seen["\(effect.verb.rawValue) \(effect.key.prefix(6))", default: 0] += 1
        }
        return seen.filter { $0.value > 1 }.keys.sorted().map { "\($0) took effect more than once" }
    }

    /// The ids of what came late and was removed again, under a key of its own; or told of, where deals share it.
    private var removedCopies: Set<String> {
        let steps = tables.handoffs.flatMap(\.steps)
        let told = tables.incidents.filter { $0.incidentClass == .copyLeft }.compactMap {
            $0.cause.split(separator: "/").last.map(String.init)
        }
        return Set(told).union(
            world.effects.filter { effect in
                effect.verb.isInverse && steps.contains { hash("\($0.key)/copy/\(effect.id)") == effect.key }
            }.map(\.id))
    }

    /// Forwards in the order of the plan, version after version; backwards strictly last first.
    private var order: [String] {
        var forwards: [String: Place] = [:]
        var backwards: [String: Place] = [:]
        for (arrival, row) in tables.handoffs.enumerated() {
            for (ordinal, step) in row.steps.enumerated() {
                let place = Place(
                    opportunity: row.opportunity, contract: row.contract, version: row.version, arrival: arrival,
                    ordinal: ordinal)
                forwards[hash(step.key)] = place
                backwards[hash(step.key + "/undo")] = place
            }
        }
        var complaints: [String] = []
        var lastDone: [String: Place] = [:]
        var lastUndone: [String: Place] = [:]
        let removed = removedCopies
        for effect in world.effects where effect.verb.isInverse || !removed.contains(effect.id) {
            if let place = forwards[effect.key] {
                // The same step again is not out of order: whether it took effect again is another question.
                if let last = lastDone[place.opportunity], isBefore(place, last) {
                    complaints.append("\(effect.verb.rawValue) came after a later step")
                }
                lastDone[place.opportunity] = place
                lastUndone[place.opportunity] = nil
            } else if let place = backwards[effect.key] {
                if let last = lastUndone[place.opportunity], !isBefore(place, last) {
                    complaints.append("\(effect.verb.rawValue) was not undone last first")
                }
                lastUndone[place.opportunity] = place
            }
        }
        return complaints
    }

    private func isBefore(_ one: Place, _ other: Place) -> Bool {
        // A change order may have come before its base; contracts go in the order in which they came.
        one.contract == other.contract
            ? (one.version, one.ordinal) < (other.version, other.ordinal)
            : (one.arrival, one.ordinal) < (other.arrival, other.ordinal)
    }

    /// Whether what a step made is there, by its key; nil for what leaves nothing that a key could find.
    private func isThere(_ step: Rows.Step) -> Bool? {
        let key = hash(step.key)
        return switch step.name {
        case "reserve-dimensions": world.reservations.contains { $0.key == key && !$0.isGone }
        case "publish-demand": world.demands.contains { $0.key == key && !$0.isGone }
        case "create-project": world.projects.contains { $0.key == key && !$0.isGone }
        case "create-tasks": world.taskLists.contains { $0.key == key && !$0.isGone }
        case "create-billing-schedule": world.schedules.contains { $0.key == key && !$0.isGone }
        case "activate-project": world.activations.contains { $0.key == key && !$0.isGone }
        default: nil
        }
    }

    private func isEnded(_ receipt: Receipt) -> Bool {
        tables.handoffs.contains { row in
            row.steps.contains { $0.label == "end-billing-schedule/\(receipt.externalID)" && $0.state != .planned }
        }
    }

    /// Done is there, undone and planned are not; in doubt is only what waits for a person.
    private func records(_ row: Rows.Handoff) -> [String] {
        row.steps.compactMap { step in
            let isThere = isThere(step)
            switch step.state {
            case .planned, .undone:
                return isThere == true ? "\(name(row)) \(step.label) is \(step.state) and is there" : nil
            case .done:
                guard let receipt = step.receipt else { return "\(name(row)) \(step.label) has no receipt" }
                return isStanding(receipt, of: step) ? nil : "\(name(row)) \(step.label) is done and is not there"
            case .intent, .undoing:
                let isExplained = tables.handoffs.contains { other in
                    other.opportunity == row.opportunity && [.parked, .waiting].contains(other.state)
                }
                return isExplained ? nil : "\(name(row)) \(step.label) is left in doubt"
            case .kept, .skipped: return nil
            }
        }
    }

    private func isStanding(_ receipt: Receipt, of step: Rows.Step) -> Bool {
        let id = receipt.externalID
        return switch step.name {
        case "create-contact": world.contacts.contains { $0.id == id && !$0.isGone }
        case "reserve-dimensions": world.reservations.contains { $0.id == id && !$0.isGone }
        case "publish-demand": world.demands.contains { $0.id == id && !$0.isGone }
        case "create-customer", "create-parent-customer": world.customers.contains { $0.id == id }
        case "create-project": world.projects.contains { $0.id == id && !$0.isGone }
        case "create-tasks": world.taskLists.contains { $0.id == id && !$0.isGone }
        case "create-billing-schedule":
            world.schedules.contains { $0.id == id && !$0.isGone } || isEnded(receipt)
        case "activate-project": world.activations.contains { $0.id == id && !$0.isGone }
        default: step.label.hasPrefix("end-") ? !world.schedules.contains { $0.id == id && !$0.isGone } : true
        }
    }

    /// After a completed cancellation nothing of the earlier versions stands but what was kept.
    private var cancellations: [String] {
        let over = tables.handoffs.filter {
            $0.kind == .cancel && !$0.state.isOpen && !tables.isRejected($0.id)
        }
        return over.flatMap { cancel in
            tables.handoffs.filter {
                $0.opportunity == cancel.opportunity && $0.contract == cancel.contract && $0.version < cancel.version
            }.flatMap { row in
                row.steps.compactMap { step in
                    let mayStand = [.intent, .done, .undoing].contains(step.state)
                    let isLive = step.state != .kept && isThere(step) == true
                    return mayStand || isLive ? "\(name(row)) \(step.label) outlived its cancellation" : nil
                }
            }
        }
    }

    /// No schedule that is there is less, more or other than what was planned; a version has one at the most.
    private var schedules: [String] {
        tables.handoffs.flatMap { row -> [String] in
            guard let plan = row.plan,
                let planned = try? JSONDecoder().decode(HandoffPlan.self, from: Data(plan.utf8))
            else { return [] }
            let keys = Set(row.steps.filter { $0.label == "create-billing-schedule" }.map { hash($0.key) })
            let live = world.schedules.filter { keys.contains($0.key) && !$0.isGone }
            let isWhole = live.allSatisfy { $0.record.lines == planned.schedule }
            return (live.count > 1 ? ["\(name(row)) has \(live.count) schedules"] : [])
                + (isWhole ? [] : ["\(name(row)) has a half-applied schedule"])
        }
    }

    private struct Entry: Decodable {
        let what: String
        let step: String?
    }

    private static let outcomes: Set = [
        "done", "found", "absent", "undone", "found undone", "kept", "not undone yet", "refused", "waiting", "parked",
        "not sent", "looked again",
    ]

    /// Every announced call has an outcome after it.
    private var journal: [String] {
        var open: [String: String] = [:]
        for entry in tables.journal {
            guard let row = tables.handoff(entry.handoff),
                let read = try? JSONDecoder().decode(Entry.self, from: Data(entry.text.utf8)), let step = read.step
            else { continue }
            let name = "\(row.opportunity)/\(row.contract) \(step)"
            if read.what.hasSuffix("intent") { open[name] = read.what }
            if Self.outcomes.contains(read.what) { open[name] = nil }
        }
        return open.keys.sorted().map { "\($0) was announced, and the journal does not say what became of it" }
    }
}

extension Rows.Step {
    /// The label without its instance.
    fileprivate var name: String { String(label.prefix { $0 != "/" }) }
}

extension Tables {
    /// Whether a person forbade what the handoff waited to do.
    func isRejected(_ handoff: UUID) -> Bool { approvals.contains { $0.handoff == handoff && !$0.isApproved } }
}
