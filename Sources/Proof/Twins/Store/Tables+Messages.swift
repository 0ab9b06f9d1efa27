import Fleet
import FoundationEssentials

extension Tables {
    /// A message becomes an incident, or one more time of the one that it is already. The rows tell which round it is;
    /// one that was moved by hand is known by its queue and its bytes.
    mutating func receive(_ received: ReceivedMessage, at now: Duration) -> Reception {
        var incident = received.incident
        var latest = incidents.indices.filter { incidents[$0].cause.hasPrefix(incident.cause) }
            .max { incidents[$0].round < incidents[$1].round }
        if received.wasMoved, let known = placeOfMessage(incident.body, in: incident.queue) {
            latest = known
            incident.cause = String(incidents[known].cause.reversed().drop { $0.isNumber }.reversed())
        }
        incident.cause += "\(latest.map { incidents[$0].round } ?? 0)"
        let opened = open(incident, at: now)
        let caseID = incidents.first { $0.cause == incident.cause }?.caseID
        let place = incidents.indices.filter { incidents[$0].caseID == caseID }
            .max { incidents[$0].round < incidents[$1].round }
        guard let place else { return Reception(incident: incident.id, isNew: true) }
        if received.wasMoved { incidents[place].wasMoved = true }
        return Reception(incident: incidents[place].id, isNew: opened != nil)
    }

    /// Where a message with these bytes came from, when it was refused in `queue` under a publisher's key.
    func origin(ofBody body: [UInt8], in queue: String) -> [String: String]? {
        incidents.last {
            $0.body == body && $0.queue == queue && $0.handoff == nil && $0.cause.hasPrefix("raw/")
                && $0.origin["exchange"] == "deals"
        }?.origin
    }

    private func placeOfMessage(_ body: [UInt8]?, in queue: String) -> Int? {
        incidents.lastIndex {
            $0.body == body && $0.queue == queue && $0.handoff == nil && $0.cause.hasPrefix("raw/")
        }
    }
}
