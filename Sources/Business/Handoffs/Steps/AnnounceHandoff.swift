import Deals
import Sagas

/// The announcement on the exchange `handoffs`: its id is the step's key, so that who gets it twice can tell.
struct AnnounceHandoff: Step {
    static let name = "announce-handoff"
    let target = "handoffs"
    let announcements: any Announcements
    let now: @Sendable () -> Timestamp

    /// A broker cannot be asked what it delivered: what is in doubt is said again, under the same id.
    func find(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        attempt.receipts[label].map(Found.present) ?? .absent
    }

    /// Nobody but this step makes announcements.
    func find(_ externalID: String, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found { .absent }

    func perform(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Receipt {
        let ready = HandoffReady(
            handoff: plan.handoff,
            key: Deal.Key(opportunity: plan.opportunity, contract: plan.contract, version: plan.version),
            customerID: try attempt.externalID(of: CreateCustomer.name),
            projectID: try attempt.externalID(of: CreateProject.name),
            scheduleID: try attempt.externalID(of: CreateBillingSchedule.name), correlationID: attempt.correlationID)
        try await announcements.announce(
            Announcement(
                type: HandoffReady.type, id: attempt.key, correlationID: attempt.correlationID,
                body: ready.encoded(id: attempt.key, time: now())))
        return Receipt(externalID: attempt.key, origin: .created)
    }

    /// What was said stays said; that it holds no more is said too.
    func compensate(_ receipt: Receipt, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Undone {
        let withdrawn = HandoffWithdrawn(
            handoff: plan.handoff,
            key: Deal.Key(opportunity: plan.opportunity, contract: plan.contract, version: plan.version),
            announcement: receipt.externalID, correlationID: attempt.correlationID)
        try await announcements.announce(
            Announcement(
                type: HandoffWithdrawn.type, id: attempt.key, correlationID: attempt.correlationID,
                body: withdrawn.encoded(id: attempt.key, time: now())))
        return .undone
    }
}
