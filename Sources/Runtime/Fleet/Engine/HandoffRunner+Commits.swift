import FoundationEssentials
import Sagas
import Workers

extension HandoffRunner {
    /// Puts the handoff off, and its step with it.
    func wait(
        _ work: inout HandoffWork, _ place: Int, _ cause: WaitCause, for time: Duration, reason: String?
    ) async throws {
        work.lastError = reason
        // Whoever waits for somebody else's claim looks each second: that is no news.
        if cause != .unavailable(.claimed) {
            work.entries.append(try JournalEntry.waiting(step: work.steps[place].label, cause: cause.name))
        }
        try await commit(&work, .waiting(.init(cause: cause, time: spread(time, cause), step: work.steps[place].id)))
    }

    /// Puts planning off: the handoff has no steps yet.
    func waitToPlan(
        _ work: inout HandoffWork, _ cause: WaitCause, for time: Duration, reason: String?
    ) async throws {
        work.lastError = reason
        work.entries.append(try JournalEntry.waiting(step: HandoffWork.planning, cause: cause.name))
        try await commit(&work, .waiting(.init(cause: cause, time: spread(time, cause), step: nil)))
    }

    /// Who waits for the same target shall not come back all at once.
    private func spread(_ time: Duration, _ cause: WaitCause) -> Duration {
        switch cause {
        case .breaker, .paused, .unavailable(.throttled):
            time + min(max(time / 2, .milliseconds(200)), .seconds(30)) * host.fraction()
        case .settling, .approval, .unavailable: time
        }
    }

    /// Asks a person.
    func park(
        _ work: inout HandoffWork, _ incidentClass: IncidentClass, _ story: String, said: String? = nil,
        step: String? = nil
    ) async throws {
        work.lastError = story
        work.entries.append(try JournalEntry.parked(step: step, incidentClass: incidentClass))
        logger.error(
            "handoff is parked",
            metadata: work.metadata(step: step ?? "-", "class", incidentClass.rawValue, "reason", story))
        try await commit(&work, .parked(.init(incidentClass: incidentClass, story: story, said: said, step: step)))
    }

    /// Sees to it that the lease outlasts a question that may take `budget`, and that what is known is committed before
    /// it is asked; false when the handoff is lost.
    func hold(_ work: inout HandoffWork, for budget: Duration) async throws -> Bool {
        let lease = store.limits.lease(covering: budget)
        if !work.hasChanges, work.entries.isEmpty, host.now() + budget < work.leaseEnds { return true }
        return try await commitRunning(&work, lease: lease).isOwner
    }

    /// Commits what is gathered and stays the owner; `target` is called next.
    func commitRunning(
        _ work: inout HandoffWork, lease: Duration, calling target: String? = nil
    ) async throws -> WriteResult {
        let asked = host.now()
        let result = try await store.commit(work.write(.running(lease: lease), calling: target))
        work.wasCommitted()
        work.leaseEnds = asked + lease
        try await publish(result)
        return result
    }

    /// Commits what the handoff becomes, and publishes what that wants.
    func commit(_ work: inout HandoffWork, _ next: OwnerWrite.Next) async throws {
        let result = try await store.commit(work.write(next))
        work.wasCommitted()
        guard result.isOwner else { return }
        crashes.reached(.commitBeforePublish)
        try await publish(result)
    }

    private func publish(_ result: WriteResult) async throws {
        try await outbox.publish(result.tickets)
        guard result.isOwner, let incident = result.incident else { return }
        crashes.reached(.incidentBeforeCopy)
        try await store.copyToDeadLetters([incident], outbox: outbox)
    }
}
