import Fleet
import FoundationEssentials
import Workers

extension Tables {
    /// Makes ready whatever is due.
    mutating func sweep(for planningQueue: String, at now: Duration) -> Swept {
        var swept = Swept()
        for place in handoffs.indices { sweep(handoff: place, at: now, into: &swept) }
        for place in mirrors.indices { sweep(mirror: place, at: now, into: &swept) }
        for place in handoffs.indices where handoffs[place].state == .behind && isDue(handoffs[place].dueAt, now) {
            tellBaseMissing(place, at: now)
        }
        tellUnmatched(in: planningQueue, at: now)
        for place in incidents.indices where incidents[place].state == .open && isDue(incidents[place].dueAt, now) {
            incidents[place].dueAt = now + limits.ticketLease
            swept.incidents += copies(of: [incidents[place].id])
        }
        return swept
    }

    private func isDue(_ moment: Duration?, _ now: Duration) -> Bool { moment.map { $0 <= now } ?? false }

    private func ticketLease(after publishes: Int) -> Duration {
        min(limits.longestTicketLease, limits.ticketLease * (1 << min(publishes, 20)))
    }

    private mutating func sweep(handoff place: Int, at now: Duration, into swept: inout Swept) {
        var row = handoffs[place]
        guard isDue(row.dueAt, now), [.ready, .running, .waiting].contains(row.state) else { return }
        let wasReady = row.state == .ready
        if wasReady, isPaused("queue", row.queue) { return }
        if row.state == .running {
            if plants.contains(.leasesForEver) { return }
            row.takeovers += 1
        }
        let publishes = row.publishes
        row.state = .ready
        row.cause = nil
        row.publishes = wasReady ? publishes + 1 : 0
        row.dueAt = now + ticketLease(after: row.publishes)
        handoffs[place] = row
        swept.due.append(.init(ticket: ticket(of: row), wasReady: wasReady, publishes: publishes))
    }

    private mutating func sweep(mirror place: Int, at now: Duration, into swept: inout Swept) {
        var row = mirrors[place]
        guard isDue(row.dueAt, now) else { return }
        let wasReady = row.state == .ready
        let publishes = row.publishes
        row.state = .ready
        row.publishes = wasReady ? publishes + 1 : 0
        row.dueAt = now + ticketLease(after: row.publishes)
        mirrors[place] = row
        swept.due.append(.init(ticket: ticket(of: row), wasReady: wasReady, publishes: publishes))
    }

    /// Change orders whose base has not come: people are told, and the lane stays free for it.
    private mutating func tellBaseMissing(_ place: Int, at now: Duration) {
        let row = handoffs[place]
        handoffs[place].dueAt = nil
        let cause = "base/\(row.id.lowercased)"
        guard !incidents.contains(where: { $0.cause == cause }) else { return }
        let id = nextID()
        incidents.append(
            Rows.Incident(
                id: id, cause: cause, handoff: row.id, step: nil, direction: nil, queue: row.queue,
                incidentClass: .baseMissing, isBlocking: false,
                story: "version \(row.version) changes version \(row.base ?? 0), which has not arrived",
                correlationID: row.correlationID, body: nil, round: 0, caseID: id, dueAt: now))
    }

    /// How many rows wait for a worker of `queue` to take their tickets.
    func readyRows(in queue: String) -> Int {
        handoffs.count { $0.state == .ready && $0.queue == queue }
            + mirrors.count { $0.state == .ready && $0.queue == queue }
    }

    /// What the dead-letter queue shall show of these incidents, as far as they are open.
    func copies(of ids: [UUID]) -> [IncidentCopy] {
        incidents.filter { ids.contains($0.id) && $0.state == .open }.map { incident in
            let steps = incident.handoff.flatMap { handoff($0)?.steps } ?? []
            return IncidentCopy(
                id: incident.id, revision: incident.revision, queue: incident.queue,
                incidentClass: incident.incidentClass.rawValue, story: incident.story, step: incident.step,
                attempts: steps.first { $0.label == incident.step }?.attempts ?? 0, handoff: incident.handoff,
                correlationID: incident.correlationID, body: incident.body)
        }
    }

    /// Notes that the copies stand in the dead-letter queue, unless somebody acted on the incident meanwhile.
    mutating func markCopied(_ copies: [IncidentCopy]) {
        for place in incidents.indices where incidents[place].state == .open {
            let isMeant = copies.contains {
                $0.id == incidents[place].id && $0.revision == incidents[place].revision
            }
            if isMeant { incidents[place].dueAt = nil }
        }
    }
}
