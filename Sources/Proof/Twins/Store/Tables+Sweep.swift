import Fleet
import FoundationEssentials
import Workers

extension Tables {
    /// Makes ready whatever is due; what is due for a message, only who is `publishing`.
    mutating func sweep(for planningQueue: String, publishing: Bool, at now: Duration) -> Swept {
        var swept = Swept()
        for place in handoffs.indices where publishing || handoffs[place].state != .ready {
            sweep(handoff: place, at: now, into: &swept)
        }
        for place in handoffs.indices where handoffs[place].state == .behind && isDue(handoffs[place].dueAt, now) {
            tellBaseMissing(place, at: now)
        }
        tellUnmatched(in: planningQueue, at: now)
        guard publishing else { return swept }
        swept.tickets = releaseTickets(at: now)
        for place in mirrors.indices { sweep(mirror: place, at: now, into: &swept) }
        for place in incidents.indices where incidents[place].state == .open && isDue(incidents[place].dueAt, now) {
            incidents[place].dueAt = now + limits.ticketLease
            swept.incidents += copies(of: [incidents[place].id])
        }
        return swept
    }

    private func isDue(_ moment: Duration?, _ now: Duration) -> Bool { moment.map { $0 <= now } ?? false }

    private mutating func sweep(handoff place: Int, at now: Duration, into swept: inout Swept) {
        var row = handoffs[place]
        guard let dueAt = row.dueAt, isDue(dueAt, now), [.ready, .running, .waiting].contains(row.state) else { return }
        if row.state == .ready {
            guard !row.isWithheld, !isPaused("queue", row.queue) else { return }
            handoffs[place].dueAt = now + limits.ticketLease
            swept.overdue.append(.init(ticket: ticket(of: row), age: now - dueAt))
            return
        }
        if row.state == .running {
            if plants.contains(.leasesForEver) { return }
            row.takeovers += 1
        }
        row.state = .ready
        row.cause = nil
        row.publishes = 0
        row.isWithheld = true
        row.dueAt = now + limits.withheldLease
        handoffs[place] = row
    }

    private mutating func sweep(mirror place: Int, at now: Duration, into swept: inout Swept) {
        let row = mirrors[place]
        guard let dueAt = row.dueAt, isDue(dueAt, now) else { return }
        mirrors[place].state = .ready
        mirrors[place].dueAt = now + limits.ticketLease
        if row.state == .ready {
            swept.overdue.append(.init(ticket: ticket(of: row), age: now - dueAt))
        } else {
            mirrors[place].publishes = 0
            swept.tickets.append(ticket(of: row))
        }
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

    /// Notes that the copies stand in the dead-letter queue; another falls due where somebody acted meanwhile.
    mutating func markCopied(_ copies: [IncidentCopy]) {
        for place in incidents.indices {
            guard let copy = copies.first(where: { $0.id == incidents[place].id }) else { continue }
            incidents[place].hasCopy = true
            if incidents[place].state == .open, copy.revision == incidents[place].revision {
                incidents[place].dueAt = nil
            }
        }
    }
}
