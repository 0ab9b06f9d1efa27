import Fleet
import FoundationEssentials
import Sagas
import Workers

extension Tables {
    /// Written with a doubt; it sleeps until the handoff has closed.
    mutating func noteDoubt(_ step: StepRecord.ID) {
        guard !plants.contains(.noLooks), let place = place(of: step.handoff),
            handoffs[place].steps.indices.contains(step.ordinal)
        else { return }
        let queue = handoffs[place].steps[step.ordinal].queue
        guard let known = looks.firstIndex(where: { $0.step == step && $0.round == 1 }) else {
            looks.append(Rows.Look(step: step, round: 1, queue: queue, after: limits.looks[0]))
            return
        }
        if looks[known].state == .done { looks[known].wake(.waiting, dueAt: nil) }
    }

    /// Whoever closes a handoff wakes its looks; whoever closes a cancellation, those of what it took back.
    mutating func wakeLooks(of closed: Rows.Handoff, at now: Duration) {
        for place in looks.indices where looks[place].state == .waiting {
            guard let owner = handoff(looks[place].step.handoff) else { continue }
            let isTakenBack = closed.kind == .cancel && isTakenBack(owner, by: closed) && !owner.state.isOpen
            guard owner.id == closed.id || isTakenBack else { continue }
            looks[place].state = .due
            looks[place].dueAt = now + looks[place].after
        }
    }

    private func isTakenBack(_ owner: Rows.Handoff, by cancel: Rows.Handoff) -> Bool {
        owner.opportunity == cancel.opportunity && owner.contract == cancel.contract && owner.version < cancel.version
    }

    /// Whether a cancellation works on what the look is about.
    func isUnderCancellation(_ look: Rows.Look) -> Bool {
        guard let owner = handoff(look.step.handoff) else { return false }
        return handoffs.contains { $0.kind == .cancel && $0.state.isOpen && isTakenBack(owner, by: $0) }
    }

    mutating func takeLooks(in queue: String, at now: Duration) -> [TakenLook] {
        var taken: [TakenLook] = []
        let due = looks.indices.filter { place in
            looks[place].queue == queue && looks[place].dueAt.map { $0 <= now } == true
        }
        for place in due {
            if isUnderCancellation(looks[place]) {
                looks[place].state = .waiting
                looks[place].dueAt = nil
            }
        }
        guard !isPaused("queue", queue) else { return [] }
        for place in due where looks[place].dueAt != nil {
            guard let owner = handoff(looks[place].step.handoff), let plan = owner.plan else { continue }
            looks[place].state = .running
            looks[place].token += 1
            looks[place].dueAt = now + limits.lease(covering: limits.longestBudget)
            let look = looks[place]
            let step = owner.steps[look.step.ordinal]
            taken.append(
                TakenLook(
                    step: look.step, round: look.round, token: look.token, attempts: look.attempts, label: step.label,
                    key: step.key, opportunity: owner.opportunity, correlationID: owner.correlationID, plan: plan,
                    receipts: Dictionary(
                        owner.steps.compactMap { step in step.receipt.map { (step.label, $0) } },
                        uniquingKeysWith: { first, _ in first })))
        }
        return taken
    }

    /// Writes an outcome down, if the look is still the one's who made it.
    mutating func settle(_ outcome: LookOutcome, in queue: String, at now: Duration) throws -> SettledLook {
        let look = outcome.look
        let known = looks.firstIndex {
            $0.step == look.step && $0.round == look.round && $0.token == look.token && $0.state == .running
        }
        guard let place = known else { return SettledLook(next: .end) }
        if isUnderCancellation(looks[place]) {
            looks[place].state = .waiting
            looks[place].dueAt = nil
            return SettledLook(next: .end)
        }
        switch outcome.result {
        case .found(let ids): return try settle(outcome, place, found: ids, kept: nil, in: queue, at: now)
        case .kept(let id, let because):
            return try settle(outcome, place, found: [id], kept: (id, because), in: queue, at: now)
        case .later(let time, let isAttempt, _):
            looks[place].state = .due
            looks[place].dueAt = now + time
            looks[place].attempts += isAttempt ? 1 : 0
            return SettledLook(next: .end)
        case .givenUp(let reason):
            let incident = open(
                .lookFailed, outcome, cause: look.failureCause,
                story: look.story(ofFailing: reason, at: outcome.target),
                in: queue, at: now)
            try close(place, look, as: .failed, at: now)
            return SettledLook(next: .end, incidents: [incident])
        }
    }

    private mutating func settle(
        _ outcome: LookOutcome, _ place: Int, found: [String], kept: (id: String, because: String)?, in queue: String,
        at now: Duration
    ) throws -> SettledLook {
        let look = outcome.look
        let things = found.map { thing($0, look) }
        let verdict = lookVerdict(on: things, isShared: outcome.isShared, kept: kept)
        var incidents: [UUID] = []
        for told in verdict.told {
            incidents.append(
                open(
                    .copyLeft, outcome, cause: look.cause(of: told.id),
                    story: look.story(
                        of: told, in: outcome.target, standing: look.receipts[look.label]?.externalID),
                    in: queue, at: now))
            try write(JournalEntry.copyTold(step: look.label, externalID: told.id), of: look)
        }
        if let removal = verdict.removal {
            try write(JournalEntry.removing(step: look.label, externalID: removal), of: look)
            if !looks[place].removals.contains(removal) { looks[place].removals.append(removal) }
            looks[place].dueAt = now + outcome.removalTime
            return SettledLook(next: .remove(removal), incidents: incidents)
        }
        if kept != nil { return SettledLook(next: .ask, incidents: incidents) }
        let isTold = things.contains { $0.isTold } || !verdict.told.isEmpty
        try close(
            place, look, as: !looks[place].removals.isEmpty ? .removed : isTold ? .told : .nothing, at: now)
        return SettledLook(next: .end, incidents: incidents)
    }

    private func thing(_ id: String, _ look: TakenLook) -> FoundThing {
        let all = handoffs.flatMap { row in row.steps.enumerated().map { (row, $0.offset, $0.element) } }
        func isOwn(_ row: Rows.Handoff, _ ordinal: Int) -> Bool {
            row.id == look.step.handoff && ordinal == look.step.ordinal
        }
        let isStanding = all.contains { row, ordinal, step in
            isOwn(row, ordinal) && step.receipt?.externalID == id
                && [.intent, .done, .undoing, .kept].contains(step.state)
        }
        let lane = handoffs.filter { $0.opportunity == look.opportunity }
        let isInUse =
            all.contains { row, ordinal, step in !isOwn(row, ordinal) && step.receipt?.externalID == id }
            || claims.contains { $0.externalID == id }
            || lane.contains { row in
                row.steps.contains { $0.adoptID == id } || row.plan?.contains("\"\(id)\"") == true
                    || choices.contains { $0.handoff == row.id && $0.value == id }
            }
        return FoundThing(
            id: id,
            isStanding: !plants.contains(.receiptIsNoBar) && isStanding
                || claims.contains { $0.externalID == id && $0.holder == look.key },
            isInUse: isInUse, isTold: incidents.contains { $0.cause == look.cause(of: id) })
    }

    private mutating func close(
        _ place: Int, _ look: TakenLook, as outcome: Rows.Look.Outcome, at now: Duration
    ) throws {
        try write(JournalEntry.looked(step: look.label, round: look.round, outcome: outcome.rawValue), of: look)
        looks[place].state = .done
        looks[place].dueAt = nil
        looks[place].outcome = outcome
        guard look.round < limits.looks.count else { return }
        let time = limits.looks[look.round] - limits.looks[look.round - 1]
        guard let next = looks.firstIndex(where: { $0.step == look.step && $0.round == look.round + 1 }) else {
            var row = Rows.Look(step: look.step, round: look.round + 1, queue: looks[place].queue, after: time)
            row.wake(.due, dueAt: now + time)
            looks.append(row)
            return
        }
        if looks[next].state == .done { looks[next].wake(.due, dueAt: now + time) }
    }

    private mutating func write(_ entry: String, of look: TakenLook) {
        journal.append(Rows.Entry(handoff: look.step.handoff, text: entry))
    }

    private mutating func open(
        _ incidentClass: IncidentClass, _ outcome: LookOutcome, cause: String, story: String, in queue: String,
        at now: Duration
    ) -> UUID {
        let id = nextID()
        let owner = handoff(outcome.look.step.handoff)
        guard !incidents.contains(where: { $0.cause == cause }) else { return id }
        incidents.append(
            Rows.Incident(
                id: id, cause: cause, handoff: outcome.look.step.handoff, step: outcome.look.label, direction: nil,
                queue: queue, incidentClass: incidentClass, isBlocking: false, story: story,
                correlationID: owner?.correlationID ?? "", body: nil, round: owner?.requeues ?? 0, caseID: id,
                dueAt: now + limits.ticketLease, since: now))
        return id
    }
}

extension Rows {
    /// A look at what was once in doubt.
    package struct Look: Sendable {
        package enum State: String, Sendable { case waiting, due, running, done }
        package enum Outcome: String, Sendable { case nothing, removed, told, failed }

        package let step: StepRecord.ID
        package let round: Int
        package let queue: String
        let after: Duration
        package var state = State.waiting
        package var dueAt: Duration?
        var token: Int64 = 0
        var attempts = 0
        package var removals: [String] = []
        package var outcome: Outcome?

        mutating func wake(_ state: State, dueAt: Duration?) {
            self.state = state
            self.dueAt = dueAt
            outcome = nil
            attempts = 0
        }
    }
}
