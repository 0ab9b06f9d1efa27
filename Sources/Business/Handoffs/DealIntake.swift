import Deals
import FoundationEssentials
import Sagas
import Workers

/// Takes deal events: checks each against the published contract, records it once, and answers its publisher.
public struct DealIntake: Worker {
    /// The queue of deal events.
    public static let queue = Queue.dealEvents

    private let decoder: DealEventDecoder
    private let admissions: any Admissions
    private let announcements: any Announcements
    private let now: @Sendable () -> Timestamp

    /// Decides by `decoder`, records in `admissions`, answers through `announcements`.
    public init(
        decoder: DealEventDecoder, admissions: any Admissions, announcements: any Announcements,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.decoder = decoder
        self.admissions = admissions
        self.announcements = announcements
        self.now = now
    }

    /// Records the event and answers it; refuses, with all findings, one that breaks the contract.
    public func handle(_ message: RawMessage, on attempt: Attempt) async throws {
        let intake: Deals.Intake
        do {
            intake = try decoder.decode(body: message.body, routingKey: message.routingKey)
        } catch {
            let correlationID = error.trace.correlationID ?? error.trace.eventID ?? attempt.correlationID
            try await answer(
                Disposition(error, correlationID: correlationID),
                id: "\(error.trace.source ?? "-")/\(error.trace.eventID ?? attempt.correlationID)/rejected")
            throw error.refused
        }
        let event = intake.event
        let admission = try await admissions.admit(arrival(of: intake))
        // The same event handed out again gets the answer it may have missed; a copy of it is a duplicate.
        let outcome: Disposition.Outcome =
            admission.isCopy && !attempt.isRedelivered
            ? .duplicate : Disposition.Outcome(rawValue: admission.outcome.rawValue) ?? .ignored
        let reason = admission.isCopy && !attempt.isRedelivered ? "the event is known" : admission.reason
        try await answer(
            Disposition(
                outcome, of: event, reason: reason, handoff: admission.handoff?.uuidString.lowercased(),
                correlationID: admission.correlationID),
            id: "\(event.source)/\(event.id)/\(outcome.rawValue)")
    }

    private func answer(_ disposition: Disposition, id: String) async throws {
        try await announcements.announce(
            Announcement(
                type: Disposition.type, id: id, correlationID: disposition.correlationID,
                body: disposition.encoded(id: id, time: now())))
    }

    private func arrival(of intake: Deals.Intake) -> Arrival {
        let event = intake.event
        let deal = event.deal
        var arrival = Arrival(
            source: event.source, eventID: event.id, correlationID: event.correlationID ?? event.id,
            opportunity: deal.opportunity, contract: deal.contract, version: deal.version,
            body: String(decoding: deal.canonicalBytes, as: UTF8.self), contentHash: deal.contentHash,
            customer: deal.customer.name, totalMinor: deal.totalMinor, currency: deal.currency.code)
        switch intake {
        case .handoff: arrival.status = ReadinessStatus(.received).status
        case .ignored(_, let reason): arrival.ignoredBecause = reason
        }
        return arrival
    }
}
