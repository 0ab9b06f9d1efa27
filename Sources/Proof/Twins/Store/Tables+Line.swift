import Fleet
import FoundationEssentials

/// The line in which ready handoffs stand for their tickets.
extension Tables {
    /// Makes a handoff ready; answers its ticket, unless the line is full or others stand in it already.
    mutating func standInLine(_ place: Int, at now: Duration) -> [Ticket] {
        let queue = handoffs[place].queue
        // It may have become ready a moment ago: it does not stand in its own way.
        let others = handoffs.indices.filter { $0 != place }.map { handoffs[$0] }
        let out = others.count { $0.state == .ready && $0.queue == queue && !$0.isWithheld }
        let isFull = out >= limits.ticketWindow || others.contains { isWithheld($0, in: queue) }
        handoffs[place].state = .ready
        handoffs[place].isWithheld = isFull
        handoffs[place].dueAt = now + (isFull ? limits.withheldLease : limits.ticketLease)
        return isFull ? [] : [ticket(of: handoffs[place])]
    }

    /// Lets the next go in every queue, as far as its window has room.
    mutating func releaseTickets(at now: Duration) -> [Ticket] {
        var tickets: [Ticket] = []
        for queue in Set(handoffs.filter { $0.state == .ready }.map(\.queue)).sorted() where !isPaused("queue", queue) {
            tickets += release(in: queue, at: now)
        }
        return tickets
    }

    /// Lets the next of one queue go.
    mutating func release(in queue: String, at now: Duration) -> [Ticket] {
        if plants.contains(.lineStands) { return [] }
        let room = max(limits.ticketWindow - out(in: queue), 0)
        let next = handoffs.indices.filter { isWithheld(handoffs[$0], in: queue) }.sorted(by: goesBefore).prefix(room)
        return next.map { place in
            handoffs[place].isWithheld = false
            handoffs[place].dueAt = now + limits.ticketLease
            return ticket(of: handoffs[place])
        }
    }

    /// So many handoffs of `queue` that may be looked at without a ticket, in the order of the line.
    func next(_ limit: Int, in queue: String, planningQueue: String, at now: Duration) -> [UUID] {
        if isPaused("queue", queue) { return [] }
        let patience = limits.patience(in: queue, planningQueue: planningQueue)
        let latest = now + max(limits.ticketLease - patience, .zero)
        return handoffs.indices.filter { place in
            let row = handoffs[place]
            guard row.state == .ready, row.queue == queue else { return false }
            return row.isWithheld || row.dueAt.map { $0 <= latest } ?? false
        }.sorted(by: goesBefore).prefix(limit).map { handoffs[$0].id }
    }

    /// How many handoffs and statuses of `queue` have a ticket out.
    func ticketsOut(in queue: String) -> Int {
        out(in: queue) + mirrors.count { $0.state == .ready && $0.queue == queue }
    }

    /// Makes due at once what waits for tickets that the broker may not have.
    mutating func hurry(_ missed: MissedTickets, at now: Duration) {
        for place in handoffs.indices where handoffs[place].state == .ready && !handoffs[place].isWithheld {
            if missed.contains(.handoff(handoffs[place].id)) {
                handoffs[place].dueAt = handoffs[place].dueAt.map { min($0, now) }
            }
        }
        for place in mirrors.indices where mirrors[place].state == .ready {
            if missed.contains(ticket(of: mirrors[place]).subject) {
                mirrors[place].dueAt = mirrors[place].dueAt.map { min($0, now) }
            }
        }
        if missed == .all {
            for place in incidents.indices where incidents[place].state == .open {
                incidents[place].dueAt = incidents[place].dueAt.map { min($0, now) }
            }
        }
    }

    /// Notes that tickets were published once more.
    mutating func notePublished(_ tickets: [Ticket]) {
        let subjects = Set(tickets.map(\.subject))
        for place in handoffs.indices where handoffs[place].state == .ready {
            if subjects.contains(.handoff(handoffs[place].id)) { handoffs[place].publishes += 1 }
        }
        for place in mirrors.indices where mirrors[place].state == .ready {
            if subjects.contains(ticket(of: mirrors[place]).subject) { mirrors[place].publishes += 1 }
        }
    }

    private func out(in queue: String) -> Int {
        handoffs.count { $0.state == .ready && $0.queue == queue && !$0.isWithheld }
    }

    private func isWithheld(_ row: Rows.Handoff, in queue: String) -> Bool {
        row.state == .ready && row.queue == queue && row.isWithheld
    }

    /// What has begun before what has not, then the oldest: rows are kept in the order in which they came.
    private func goesBefore(_ one: Int, _ other: Int) -> Bool {
        let (first, second) = (handoffs[one].hasBegun, handoffs[other].hasBegun)
        return first == second ? one < other : first
    }
}

extension MissedTickets {
    fileprivate func contains(_ subject: Ticket.Subject) -> Bool {
        switch self {
        case .all: true
        case .these(let tickets): tickets.contains { $0.subject == subject }
        }
    }
}
