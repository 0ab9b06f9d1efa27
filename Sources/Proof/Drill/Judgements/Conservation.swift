/// What went in is what came out: every message has one record and one disposition, and no record has no message.
enum Conservation {
    private struct EventKey: Hashable {
        var source: String
        var eventID: String
    }

    static func judge(_ evidence: Evidence) -> [Violation] {
        let events = Dictionary(grouping: evidence.store.events) { EventKey(source: $0.source, eventID: $0.eventID) }
        let incidents = Dictionary(grouping: evidence.store.incidents.filter { $0.messageID != nil }) {
            $0.messageID ?? ""
        }
        let lost = groups(of: evidence.published).flatMap { group in
            if let key = group.eventKey {
                judge(group, records: events[key] ?? [])
            } else {
                judgeUnreadable(group, incidents: incidents[group.messageID]?.count ?? 0)
            }
        }
        return lost + ghosts(in: evidence) + DispositionJudgement.judge(evidence)
    }

    /// The account; it is exact if `judge` finds nothing.
    static func balance(_ evidence: Evidence) -> Balance {
        let events = Dictionary(
            evidence.store.events.map { (EventKey(source: $0.source, eventID: $0.eventID), $0) },
            uniquingKeysWith: first)
        let states = Dictionary(evidence.store.handoffs.map { ($0.id, $0.state) }, uniquingKeysWith: first)
        let rejected = Set(evidence.store.incidents.compactMap(\.messageID))
        var balance = Balance()
        for group in groups(of: evidence.published) where group.confirmed > 0 || group.isRecorded(events, rejected) {
            balance.messagesIn += 1
            balance.copiesIn += max(group.confirmed - 1, 0)
            if let event = group.eventKey.flatMap({ events[$0] }) {
                balance.ends[end(of: event, states), default: 0] += 1
                balance.copiesNoted += min(max(group.confirmed - 1, 0), event.copies)
                balance.redelivered += max(event.copies - (group.publications - 1), 0)
            } else if group.eventKey == nil, rejected.contains(group.messageID) {
                balance.ends["rejected", default: 0] += 1
            } else {
                balance.missing += 1
            }
        }
        return balance
    }

    private static func first<Value>(_ first: Value, _: Value) -> Value { first }

    private static func end(of event: StoreEvidence.Event, _ states: [String: String]) -> String {
        guard event.outcome == "accepted", let handoff = event.handoff else { return event.outcome }
        return "accepted, \(states[handoff] ?? "without a handoff")"
    }

    /// All publications of one message.
    private struct Group {
        var messageID: String
        var eventKey: EventKey?
        var name: String
        var confirmed = 0
        var publications = 0

        func isRecorded(_ events: [EventKey: StoreEvidence.Event], _ rejected: Set<String>) -> Bool {
            eventKey.map { events[$0] != nil } ?? rejected.contains(messageID)
        }
    }

    private static func groups(of published: [PublishedMessage]) -> [Group] {
        var places: [String: Int] = [:]
        var groups: [Group] = []
        for message in published {
            let key = message.source.flatMap { source in
                message.eventID.map { EventKey(source: source, eventID: $0) }
            }
            let identity = key.map { "event/\($0.source)/\($0.eventID)" } ?? "message/\(message.messageID)"
            let place = places[identity] ?? groups.count
            if place == groups.count {
                places[identity] = place
                groups.append(Group(messageID: message.messageID, eventKey: key, name: identity))
            }
            groups[place].publications += 1
            if message.isConfirmed { groups[place].confirmed += 1 }
        }
        return groups
    }

    private static func judge(_ group: Group, records: [StoreEvidence.Event]) -> [Violation] {
        guard let record = records.first else {
            return group.confirmed == 0
                ? [] : [Violation(.recordedOnce, key: group.name, "was confirmed by the broker and is not recorded")]
        }
        var found: [Violation] = []
        if records.count > 1 {
            found.append(Violation(.recordedOnce, key: group.name, "is recorded \(records.count) times"))
        }
        if record.copies < group.confirmed - 1 {
            found.append(
                Violation(
                    .recordedOnce, key: group.name,
                    "was published \(group.confirmed) times and \(record.copies) copies of it are noted"))
        }
        return found
    }

    private static func judgeUnreadable(_ group: Group, incidents: Int) -> [Violation] {
        if incidents == 1 || (incidents == 0 && group.confirmed == 0) { return [] }
        return [Violation(.recordedOnce, key: group.name, "cannot be read and has \(incidents) incidents")]
    }

    private static func ghosts(in evidence: Evidence) -> [Violation] {
        let events = Set(groups(of: evidence.published).compactMap(\.eventKey))
        let messages = Set(evidence.published.map(\.messageID))
        return evidence.store.events.filter { !events.contains(EventKey(source: $0.source, eventID: $0.eventID)) }.map {
            Violation(.recordedOnce, key: "event/\($0.source)/\($0.eventID)", "is recorded and was never published")
        }
            + evidence.store.incidents.filter { $0.cause.hasPrefix("raw/") && !messages.contains($0.messageID ?? "") }
            .map { Violation(.recordedOnce, key: "incident \($0.id)", "is about a message that was never published") }
    }
}
