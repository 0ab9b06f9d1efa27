import Testing

@testable import Drill

/// One mistake to plant, and the rules that it breaks.
struct Plant: Sendable, CustomTestStringConvertible {
    let name: String
    let rules: Set<Violation.Rule>
    let change: @Sendable (inout Evidence) -> Void
    var testDescription: String { name }

    init(
        _ name: String, _ rules: Violation.Rule..., change: @escaping @Sendable (inout Evidence) -> Void
    ) {
        self.name = name
        self.rules = Set(rules)
        self.change = change
    }
}

/// Every kind of mistake that the checker must find.
enum Plants {
    static let conservation = [
        Plant("an event without a record", .recordedOnce) { evidence in
            evidence.again(0, id: "copy", outcome: "duplicate")
            evidence.store.events.removeAll { $0.eventID == "copy" }
        },
        Plant("an event with two records", .recordedOnce) { $0.store.events.append($0.store.events[0]) },
        Plant("a record that was never published", .recordedOnce) { evidence in
            evidence.store.events.append(
                .init(source: "crm", eventID: "ghost", outcome: "ignored", reason: "stage", copies: 0))
        },
        Plant("a copy that is not noted", .recordedOnce) { $0.published.append($0.published[0]) },
        Plant("an unreadable message without an incident", .recordedOnce) { evidence in
            evidence.store.incidents.removeAll { $0.messageID != nil }
            evidence.queues.deadLetters.removeLast()
        },
        Plant("an incident about a message that was never published", .recordedOnce) { evidence in
            evidence.incident("99999999-9999-9999-9999-999999999999", of: nil, messageID: "ghost")
        },
        Plant("a version accepted twice", .disposition) { evidence in
            evidence.again(0, id: "copy", outcome: "accepted", reason: nil)
        },
        Plant("other content taken for a duplicate", .disposition) { evidence in
            evidence.again(0, id: "copy", outcome: "duplicate", content: "other")
        },
        Plant("the same content taken for a conflict", .disposition) { evidence in
            evidence.again(0, id: "copy", outcome: "conflict")
        },
        Plant("a newest version called stale", .disposition) { evidence in
            evidence.again(0, id: "copy", outcome: "stale")
        },
        Plant("a deal at a trigger stage ignored", .disposition) { evidence in
            evidence.again(0, id: "copy", outcome: "ignored")
        },
        Plant("an answer without a reason", .disposition) { evidence in
            evidence.again(0, id: "copy", outcome: "duplicate", reason: nil)
        },
    ]

    static let effects = [
        Plant("a key that took effect twice", .onceEach, .oneProject) { evidence in
            let again = evidence.effects.first { $0.verb == "create_project" && $0.id == "PRJ-1" }
            evidence.made("create_project", "PRJ-9", key: again?.key ?? "", contract: "C-O-1")
        },
        Plant("an update repeated with other content", .onceEach) { evidence in
            evidence.made("update_customer", "CUS-1", key: "update")
            evidence.made("update_customer", "CUS-1", key: "update")
            evidence.effects[evidence.effects.count - 1].hash = "other"
        },
        Plant("a done step whose thing is not there", .effectThere) { evidence in
            evidence.effects.removeAll { $0.id == "tsk-1" }
        },
        Plant("an end that did not come", .effectThere) { evidence in
            evidence.step("end-billing-schedule/BIL-1", of: Planted.finished, state: "done", id: "BIL-1")
        },
        Plant("a thing that belongs to no record", .effectOwned) { evidence in
            evidence.made("create_tasks", "tsk-9", key: "nobody's")
        },
        Plant("a customer beside the claimed one", .effectOwned) { evidence in
            evidence.made("create_customer", "CUS-9", key: Things.wireKey("ERP/customer/de01|tax:2"))
        },
        Plant("a thing whose step is only planned", .effectOwned) { evidence in
            evidence.change(handoff: Planted.finished) { $0.state = "stopped" }
            evidence.change(step: "create-tasks", of: Planted.finished) { $0.state = "planned" }
            evidence.published[0].fate = nil
            evidence.published[0].startsNothing = true
            evidence.store.events[0].outcome = "ignored"
            evidence.store.events[0].reason = "stage"
        },
        Plant("a closed handoff with a step in doubt", .outcomeKnown, .effectOwned) { evidence in
            evidence.change(step: "create-tasks", of: Planted.finished) { $0.state = "intent" }
        },
        Plant("a finished handoff with a step undone", .outcomeKnown) { evidence in
            evidence.step("announce-handoff", of: Planted.finished, state: "planned")
        },
        Plant("a schedule that does not sum to the deal", .scheduleSum) { evidence in
            let place = evidence.effects.firstIndex { $0.verb == "create_billing_schedule" } ?? 0
            evidence.effects[place].asked.lines = [.init(amountMinor: 99)]
        },
        Plant("a deal stored with another amount than was sold", .scheduleSum) { evidence in
            evidence.published[0].totalMinor = 101
        },
        Plant("two live projects of one contract", .oneProject) { evidence in
            evidence.made("create_project", "PRJ-9", by: "other-project", of: Planted.finished, contract: "C-O-1")
        },
        Plant("an effect of version 1 after version 2 began", .versionsRise) { evidence in
            evidence.deal("O-1", "6", version: 2, state: "finished", .finishes)
            evidence.made("create_tasks", "tsk-6", by: "create-tasks", of: "6")
            evidence.made("create_tasks", "tsk-7", by: "late-tasks", of: Planted.finished)
        },
        Plant("an older status told to the CRM after a newer one", .versionsRise) { evidence in
            evidence.made("write_handoff", "O-1", key: "late", version: 1)
        },
    ]

    static let compensations = [
        Plant("taken back first to last", .undoOrder) { evidence in
            let count = evidence.effects.count
            (evidence.effects[count - 1].seq, evidence.effects[count - 2].seq) = (count - 1, count)
        },
        Plant("taken back from below what still stands", .undoOrder, .effectOwned, .fate) { evidence in
            evidence.removeEffects(of: "delete_tasks")
        },
        Plant("a cancelled deal whose project still stands", .effectOwned, .fate) { evidence in
            evidence.removeEffects(of: "delete_project")
        },
        Plant("a thing taken back twice", .effectOwned) { $0.made("delete_project", "PRJ-3", key: "again") },
        Plant("a refused deal that is finished", .fate, .incidentOfParked, .outcomeKnown) { evidence in
            evidence.change(handoff: Planted.refused) { $0.state = "finished" }
        },
        Plant("a sold deal that was given up", .fate) { evidence in
            evidence.change(handoff: Planted.finished) { $0.state = "discarded" }
        },
    ]

    static let rest = [
        Plant("a lease that is still held", .atRest, .fate) { evidence in
            evidence.change(handoff: Planted.finished) { $0.state = "running" }
        },
        Plant("a handoff behind nothing", .atRest, .fate) { evidence in
            evidence.change(handoff: Planted.finished) { $0.state = "behind" }
        },
        Plant("a status that the CRM was not told", .atRest) { $0.store.mirrors[0].writtenVersion = 1 },
        Plant("a copy of an incident that is still due", .atRest) { $0.store.incidents[0].hasDue = true },
        Plant("a parked handoff with two open incidents", .incidentOfParked, .fate) { evidence in
            evidence.incident("99999999-9999-9999-9999-999999999999", of: Planted.refused, messageID: nil)
        },
        Plant("a parked handoff with no open incident", .incidentOfParked, .fate) { evidence in
            evidence.store.incidents[0].state = "closed"
        },
        Plant("an open incident without a copy", .deadLetters) { $0.queues.deadLetters.removeFirst() },
        Plant("a copy in another queue's dead letters", .deadLetters) { evidence in
            evidence.queues.deadLetters[0].queue = "status-feedback"
        },
        Plant("a dead letter that names no incident", .deadLetters) { evidence in
            evidence.queues.deadLetters.append(.init(queue: "deal-events", incident: nil, messageID: "lost"))
        },
        Plant("a dead letter whose incident has no row", .deadLetters) { evidence in
            evidence.queues.deadLetters.append(.init(queue: "deal-events", incident: "gone", messageID: "lost"))
        },
        Plant("a message left in a work queue", .queuesEmpty) { $0.queues.depths["deal-events"] = 1 },
        Plant("a journal with a changed entry", .journal) { $0.store.brokenJournals = ["entry 2 was changed"] },
        Plant("an attempt before half its back-off", .backoff) { evidence in
            evidence.store.journal[3].at = 1.4
        },
    ]
}
