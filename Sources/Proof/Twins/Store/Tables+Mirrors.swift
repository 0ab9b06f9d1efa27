import Fleet
import FoundationEssentials
import Sagas
import Workers

extension Tables {
    /// What another system shall say from now on; a ticket where it was at rest.
    mutating func want(_ status: Status, for write: OwnerWrite, at now: Duration) -> [Ticket] {
        let contract = handoff(write.handoff)?.contract ?? ""
        let key = MirrorKey(status, opportunity: write.opportunity, contract: contract)
        guard let place = mirrors.firstIndex(where: { $0.key == key }) else {
            let tickets = insert(status, key, of: contract, correlationID: write.correlationID, at: now)
            mirrors[mirrors.count - 1].nextTry = nextTry(after: write, at: now)
            return tickets
        }
        var row = mirrors[place]
        guard row.wanted != status.content || isWorthTellingAnew(write) else { return [] }
        if row.wanted != status.content { row.since = now }
        row.wanted = status.content
        row.nextTry = nextTry(after: write, at: now)
        row.sourceVersion += 1
        row.correlationID = write.correlationID
        let wasIdle = row.state == .idle
        if wasIdle {
            row.state = .ready
            row.dueAt = now + limits.ticketLease
            row.attempts = 0
            row.publishes = 0
        }
        mirrors[place] = row
        return wasIdle ? [ticket(of: row)] : []
    }

    private func nextTry(after write: OwnerWrite, at now: Duration) -> Duration? {
        if case .waiting(let wait) = write.next { now + wait.time } else { nil }
    }

    /// The first status of a contract; nothing where there is one already.
    mutating func insert(
        _ status: Status, _ key: MirrorKey, of contract: String, correlationID: String, at now: Duration
    ) -> [Ticket] {
        guard !mirrors.contains(where: { $0.key == key }) else { return [] }
        let row = Rows.Mirror(
            key: key, contract: contract, correlationID: correlationID, sourceVersion: firstVersion(of: key),
            wanted: status.content, since: now, queue: status.queue.name, dueAt: now + limits.ticketLease)
        mirrors.append(row)
        return [ticket(of: row)]
    }

    /// A status begins above all that its system was told of the opportunity.
    func firstVersion(of key: MirrorKey) -> Int64 {
        let told = mirrors.filter { $0.key.opportunity == key.opportunity && $0.key.target == key.target }
        return (told.map(\.sourceVersion).max() ?? 0) + 1
    }

    /// A short wait is over before anybody reads when it ends.
    private func isWorthTellingAnew(_ write: OwnerWrite) -> Bool {
        if case .waiting(let wait) = write.next { wait.time >= limits.tellingWait } else { false }
    }

    /// A ready status of `queue` becomes running, with a new token and a lease.
    mutating func take(_ key: MirrorKey, in queue: String, at now: Duration) -> TakenMirror? {
        guard let place = mirrors.firstIndex(where: { $0.key == key }), mirrors[place].state == .ready,
            mirrors[place].queue == queue, !isPaused("queue", queue)
        else { return nil }
        mirrors[place].state = .running
        mirrors[place].token += 1
        mirrors[place].dueAt = now + limits.lease
        let row = mirrors[place]
        return TakenMirror(
            key: key, contract: row.contract, questions: questions(of: key.opportunity, row.contract),
            token: row.token, sourceVersion: row.sourceVersion, wanted: row.wanted, attempts: row.attempts,
            correlationID: row.correlationID, since: TwinClock.date(row.since),
            nextTry: row.nextTry.map(TwinClock.date))
    }

    /// What people have to decide about a contract, and what holds nothing up.
    private func questions(of opportunity: String, _ contract: String) -> [OpenQuestion] {
        handoffs.filter { $0.opportunity == opportunity && $0.contract == contract && $0.state == .behind }
            .sorted { $0.version < $1.version }.flatMap { row in
                incidents.filter { $0.handoff == row.id && $0.state == .open && $0.isQuestion }
                    .map { OpenQuestion(version: row.version, incidentClass: $0.incidentClass) }
            }
    }

    /// A question about a contract came up, or was answered: its status is told again. The sweeper publishes the ticket.
    mutating func tellQuestion(of row: Rows.Handoff, at now: Duration) {
        for place in mirrors.indices
        where mirrors[place].key.opportunity == row.opportunity && mirrors[place].contract == row.contract {
            mirrors[place].sourceVersion += 1
            guard mirrors[place].state == .idle else { continue }
            mirrors[place].state = .waiting
            mirrors[place].dueAt = now
        }
    }

    /// Writes how telling a status ended, if the writer still owns it.
    mutating func settle(_ outcome: MirrorOutcome, in queue: String, at now: Duration) -> SettledMirror {
        let mirror = outcome.mirror
        var settled = SettledMirror()
        let owned = mirrors.firstIndex {
            $0.key == mirror.key && $0.token == mirror.token && $0.state == .running
        }
        if let owned {
            mirrors[owned] = after(outcome, mirrors[owned], at: now)
            if mirrors[owned].state == .ready { settled.tickets = [ticket(of: mirrors[owned])] }
        }
        let causes = "mirror/\(mirror.key.target)/\(mirror.key.object)/\(mirror.key.opportunity)/"
        if outcome.result == .written {
            closeIncidents("written", at: now) { $0.incidentClass == .statusRefused && $0.cause.hasPrefix(causes) }
        }
        if case .refused(_, let reason, let said) = outcome.result {
            var facts = DealFacts()
            facts.opportunity = mirror.key.opportunity
            facts.contract = mirror.contract.isEmpty ? nil : mirror.contract
            settled.incident = open(
                RawIncident(
                    id: nextID(),
                    cause: causes + "\(mirror.sourceVersion)",
                    handoff: nil, queue: queue, incidentClass: .statusRefused, story: reason, said: said,
                    correlationID: mirror.correlationID, body: nil, headers: [:], facts: facts), at: now)
        }
        return settled
    }

    private func after(_ outcome: MirrorOutcome, _ before: Rows.Mirror, at now: Duration) -> Rows.Mirror {
        var row = before
        row.publishes = 0
        switch outcome.result {
        case .written:
            row.writtenVersion = outcome.mirror.sourceVersion
            row.attempts = 0
            let isBehind = row.sourceVersion > outcome.mirror.sourceVersion
            row.state = isBehind ? .ready : .idle
            row.dueAt = isBehind ? now + limits.ticketLease : nil
        case .waiting(let time, let isAttempt, _):
            row.state = .waiting
            row.dueAt = now + time
            if isAttempt { row.attempts += 1 }
        case .refused(let time, _, _):
            row.state = .waiting
            row.dueAt = now + time
            row.attempts += 1
        }
        return row
    }
}
