import Fleet
import FoundationEssentials
import Sagas

extension Tables {
    /// A ready handoff of `queue` becomes running, with a new token and a lease.
    mutating func take(_ id: UUID, in queue: String, at now: Duration) -> TakenHandoff? {
        guard let place = place(of: id), handoffs[place].state == .ready, handoffs[place].queue == queue,
            !isPaused("queue", queue)
        else { return nil }
        handoffs[place].state = .running
        handoffs[place].token += 1
        handoffs[place].cause = nil
        handoffs[place].isWithheld = false
        handoffs[place].dueAt = now + limits.lease
        let row = handoffs[place]
        var taken = TakenHandoff(
            id: row.id, token: row.token, takeovers: row.takeovers, requeues: row.requeues,
            opportunity: row.opportunity, contract: row.contract, version: row.version, part: "",
            correlationID: row.correlationID, isTooOld: now - row.activeSince > limits.maximalAge, kind: row.kind,
            direction: row.direction, plan: row.plan, deal: row.plan == nil ? row.deal : nil,
            steps: records(of: row, going: row.direction, at: now), planningAttempts: row.planningAttempts,
            planningTarget: row.planningTarget)
        if row.plan == nil {
            taken.signature = latestSignature(of: row)?.body
            taken.choices = Dictionary(
                choices.filter { $0.handoff == id }.map { ($0.what, $0.value) }, uniquingKeysWith: { $1 })
        }
        taken.contradiction = contradiction(of: row)
        if row.kind == .cancel { taken.earlier = earlier(than: row, at: now) }
        taken.base = base(of: row, at: now)
        taken.approvals = approvals.filter { $0.handoff == id }.map {
            .init(gate: $0.gate, planHash: $0.planHash, isApproved: $0.isApproved)
        }
        taken.standing = row.version > 1 ? standing(below: row) : nil
        taken.released = release(in: queue, at: now)
        return taken
    }

    /// The planned versions that a cancellation takes back, earliest first.
    private func earlier(than row: Rows.Handoff, at now: Duration) -> [TakenHandoff.EarlierVersion] {
        let versions = handoffs.filter { other in
            other.opportunity == row.opportunity && other.contract == row.contract && other.version < row.version
                && other.kind != .cancel
        }.sorted { $0.version < $1.version }
        let found = versions.compactMap { version(of: $0, going: .backwards, at: now) }
        guard plants.contains(.undoFirstToLast) else { return found }
        return found.reversed().map { version in
            var reversed = version
            reversed.steps.reverse()
            return reversed
        }
    }

    /// The version before: a change order names it, otherwise the last that ended well and stands whole.
    private func base(of row: Rows.Handoff, at now: Duration) -> TakenHandoff.EarlierVersion? {
        guard row.kind != .cancel, row.version > 1, row.plan == nil else { return nil }
        let candidates = handoffs.filter { other in
            other.opportunity == row.opportunity && other.contract == row.contract && other.version < row.version
                && other.kind != .cancel && other.state == .finished
                && !other.steps.contains { [.undoing, .undone, .kept].contains($0.state) }
        }
        let newest = candidates.max { $0.version < $1.version }
        guard row.base == nil || newest?.version == row.base else { return nil }
        return newest.flatMap { version(of: $0, going: .forwards, at: now) }
    }

    private func version(
        of row: Rows.Handoff, going direction: Direction, at now: Duration
    ) -> TakenHandoff.EarlierVersion? {
        guard let plan = row.plan, !row.steps.isEmpty else { return nil }
        return TakenHandoff.EarlierVersion(
            id: row.id, version: row.version, plan: plan, steps: records(of: row, going: direction, at: now))
    }

    private func records(of row: Rows.Handoff, going direction: Direction, at now: Duration) -> [StepRecord] {
        row.steps.enumerated().map { ordinal, step in
            let isSettled = plants.contains(.settledAtOnce) || step.settledAt.map { $0 <= now } ?? true
            return StepRecord(
                id: .init(handoff: row.id, ordinal: ordinal), label: step.label, queue: step.queue,
                isFinal: step.isFinal, key: step.key, state: step.state,
                attempts: direction == .backwards ? step.undoAttempts : step.attempts,
                isSettled: isSettled, receipt: step.receipt, adoptID: step.adoptID)
        }
    }
}
