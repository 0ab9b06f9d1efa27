import Fleet
import FoundationEssentials
import Sagas
import Workers

extension Tables {
    /// Adds an incident: its trouble began with the first failure of its case or of its handoff.
    mutating func file(_ incident: Rows.Incident, at now: Duration) {
        var incident = incident
        let isItsTrouble = incident.isBlocking || incident.isQuestion
        let row = isItsTrouble ? incident.handoff.flatMap(handoff) : nil
        let began = row.flatMap { $0.troubledSince ?? ($0.state == .behind ? $0.createdAt : nil) }
        let ofCase = incidents.filter { $0.caseID == incident.caseID }.map(\.since)
        incident.since = (ofCase + [began ?? now]).reduce(now, min)
        incidents.append(incident)
    }

    /// Opens an incident about a message. Nil when its cause is known: then it is counted, unless the message was handed
    /// out before. After a discard, or where it was sent back, the next round of the case opens.
    mutating func open(_ incident: RawIncident, at now: Duration) -> UUID? {
        let parts = incident.cause.split(separator: "/", omittingEmptySubsequences: false)
        let isMessage = parts.count > 2 && parts[0] == "raw" && parts.last.flatMap { Int($0) } != nil
        var round = isMessage ? parts.last.flatMap { Int($0) } ?? 0 : 0
        let prefix = parts.dropLast().joined(separator: "/")
        func cause() -> String { isMessage ? "\(prefix)/\(round)" : incident.cause }
        while let known = incidents.first(where: { $0.cause == cause() }) {
            guard isMessage,
                let latest = incidents.indices.filter({ incidents[$0].caseID == known.caseID })
                    .max(by: { incidents[$0].round < incidents[$1].round })
            else { return nil }
            let isOver = incidents[latest].state == .closed
            guard isOver, ["discarded", "requeued"].contains(incidents[latest].resolution) else {
                if incident.countsRepeat { incidents[latest].repeats += 1 }
                return nil
            }
            round = incidents[latest].round + 1
        }
        let before = incidents.first { isMessage && $0.cause == "\(prefix)/\(round - 1)" }
        var row = Rows.Incident(
            id: incident.id, cause: cause(), handoff: incident.handoff, step: nil, direction: nil,
            queue: incident.queue, incidentClass: incident.incidentClass, isBlocking: false,
            story: incident.story, correlationID: incident.correlationID, body: incident.body, round: round,
            caseID: before?.caseID ?? incident.id, dueAt: now + limits.ticketLease)
        row.facts = incident.facts
        row.said = incident.said
        row.origin = incident.headers
        if incident.incidentClass == .statusRefused { name(&row) }
        file(row, at: now)
        if let status = incident.status { want(status, of: incident, at: now) }
        return incident.id
    }

    /// A status that a system will not show is filed under the version that it is about.
    private func name(_ incident: inout Rows.Incident) {
        let told = handoffs.filter {
            $0.opportunity == incident.facts.opportunity && $0.correlationID == incident.correlationID
                && $0.contract == incident.facts.contract ?? $0.contract
        }
        guard let version = told.max(by: { $0.version < $1.version }) else { return }
        incident.facts.contract = version.contract
        incident.facts.version = version.version
    }

    /// A deal that was refused is somebody's turn, unless a version of its contract runs, or one not below it is known.
    private mutating func want(_ status: Status, of incident: RawIncident, at now: Duration) {
        guard let said = incident.facts.opportunity, let contract = incident.facts.contract else { return }
        let opportunity = names[said] ?? said
        let isKnown = handoffs.contains { row in
            row.opportunity == opportunity && row.contract == contract
                && (row.state.isOpen || incident.facts.version.map { row.version >= $0 } ?? false)
        }
        guard !isKnown else { return }
        let key = MirrorKey(status, opportunity: opportunity, contract: contract)
        guard let place = mirrors.firstIndex(where: { $0.key == key }) else {
            var row = Rows.Mirror(
                key: key, contract: contract, correlationID: incident.correlationID,
                sourceVersion: firstVersion(of: key), wanted: status.content, since: now, queue: status.queue.name)
            row.dueAt = now
            mirrors.append(row)
            return
        }
        guard mirrors[place].wanted != status.content else { return }
        mirrors[place].wanted = status.content
        mirrors[place].since = now
        mirrors[place].nextTry = nil
        mirrors[place].sourceVersion += 1
        mirrors[place].correlationID = incident.correlationID
        guard mirrors[place].state == .idle else { return }
        mirrors[place].state = .ready
        mirrors[place].dueAt = now
        mirrors[place].attempts = 0
        mirrors[place].publishes = 0
    }

    /// A version that was accepted settles what was refused of its contract before, up to itself.
    mutating func closeRefused(by arrival: Arrival, at now: Duration) {
        let named = [arrival.opportunity] + arrival.names
        closeIncidents("superseded", at: now) { incident in
            let facts = incident.facts
            return incident.handoff == nil && incident.cause.hasPrefix("raw/")
                && incident.incidentClass != .sourceMismatch && facts.opportunity.map(named.contains) == true
                && (facts.contract == nil || facts.contract == arrival.contract)
                && facts.version.map { $0 <= arrival.version } ?? true
        }
    }
}
