public import Catalogs
import Deals
import FoundationEssentials
import Sagas
import Workers

/// Takes deal events: checks each against the published contract, records it once, and answers its publisher.
public struct DealIntake: Worker {
    /// The queue of deal events.
    public static let queue = Queue.dealEvents

    private let decoder: DealEventDecoder
    private let catalogs: (any CatalogSource)?
    private let admissions: any Admissions
    private let announcements: any Announcements
    private let now: @Sendable () -> Timestamp

    /// Decides by `decoder`, records in `admissions`, answers through `announcements`. Where `catalogs` are given, the
    /// trigger stages of the one in force take the place of the decoder's.
    public init(
        decoder: DealEventDecoder, stagesOf catalogs: (any CatalogSource)? = nil, admissions: any Admissions,
        announcements: any Announcements,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.decoder = decoder
        self.catalogs = catalogs
        self.admissions = admissions
        self.announcements = announcements
        self.now = now
    }

    /// Records the event and answers it; refuses, with all findings, one that breaks the contract.
    public func handle(_ message: RawMessage, on attempt: Attempt) async throws {
        let decoder = try await decoderInForce()
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
        let admission = try await admissions.admit(arrival(of: intake))
        // The same event handed out again gets the answer it may have missed; a copy of it is a duplicate.
        let isCopy = admission.isCopy && !attempt.isRedelivered
        let disposition = disposition(
            isCopy ? .duplicate : Disposition.Outcome(rawValue: admission.outcome.rawValue) ?? .ignored, of: intake,
            reason: isCopy ? "the event is known" : admission.reason, admission)
        try await answer(
            disposition,
            id: [disposition.eventSource, disposition.eventID, disposition.outcome.rawValue]
                .map { $0 ?? "-" }.joined(separator: "/"))
    }

    private func decoderInForce() async throws -> DealEventDecoder {
        guard let catalog = try await catalogs?.current(),
            let today = CalendarDate(daysSince1970: Int(now().millisecondsSince1970 / 86_400_000)),
            let stages = try catalog.triggerStages(on: today)
        else { return decoder }
        return decoder.starting(at: stages)
    }

    private func disposition(
        _ outcome: Disposition.Outcome, of intake: Deals.Intake, reason: String?, _ admission: Admission
    ) -> Disposition {
        let handoff = admission.handoff?.uuidString.lowercased()
        return switch intake {
        case .handoff(let event), .unsigned(let event):
            Disposition(
                outcome, of: event, reason: reason, handoff: handoff, correlationID: admission.correlationID)
        case .ignored(let event):
            Disposition(
                outcome, of: event, reason: reason, handoff: handoff, correlationID: admission.correlationID)
        case .cancellation(let event):
            Disposition(
                outcome, of: event, reason: reason, handoff: handoff, correlationID: admission.correlationID)
        case .signature(let event):
            Disposition(
                outcome, of: event, reason: reason, handoff: handoff, correlationID: admission.correlationID)
        }
    }

    private func answer(_ disposition: Disposition, id: String) async throws {
        try await announcements.announce(
            Announcement(
                type: Disposition.type, id: id, correlationID: disposition.correlationID,
                body: disposition.encoded(id: id, time: now())))
    }

    private func arrival(of intake: Deals.Intake) -> Arrival {
        switch intake {
        case .handoff(let event), .unsigned(let event):
            var arrival = arrival(of: event)
            arrival.status = ReadinessStatus(.received).status
            if case .unsigned = intake { arrival.waitsForSignature = true }
            return arrival
        case .ignored(let event): return arrival(of: event, intake.event)
        case .cancellation(let event):
            let cancellation = event.cancellation
            return Arrival(
                source: event.source, eventID: event.id, correlationID: event.correlationID ?? event.id,
                opportunity: cancellation.opportunity, contract: cancellation.contract, version: cancellation.version,
                kind: .cancel, body: String(decoding: cancellation.canonicalBytes, as: UTF8.self),
                contentHash: cancellation.contentHash, customer: "", totalMinor: 0, currency: "XXX")
        case .signature(let event):
            let signature = event.signature
            return Arrival(
                source: event.source, eventID: event.id, correlationID: event.correlationID ?? event.id,
                opportunity: signature.opportunity,
                signed: Arrival.Signed(
                    envelope: signature.envelope, sowHash: signature.sowHash,
                    signedAt: Date(timeIntervalSince1970: Double(signature.signedAt.millisecondsSince1970) / 1000)),
                body: String(decoding: signature.canonicalBytes, as: UTF8.self), contentHash: signature.contentHash)
        }
    }

    private func arrival(of ignored: IgnoredEvent, _ event: DealEvent?) -> Arrival {
        guard let event else {
            return Arrival(
                source: ignored.source, eventID: ignored.id, correlationID: ignored.correlationID ?? ignored.id,
                opportunity: ignored.key?.opportunity, contract: ignored.key?.contract, version: ignored.key?.version,
                ignoredBecause: ignored.reason)
        }
        var arrival = arrival(of: event)
        arrival.ignoredBecause = ignored.reason
        return arrival
    }

    private func arrival(of event: DealEvent) -> Arrival {
        let deal = event.deal
        return Arrival(
            source: event.source, eventID: event.id, correlationID: event.correlationID ?? event.id,
            opportunity: deal.opportunity, contract: deal.contract, version: deal.version,
            kind: deal.baseVersion.map { .change(base: $0) } ?? .complete,
            body: String(decoding: deal.canonicalBytes, as: UTF8.self), contentHash: deal.contentHash,
            customer: deal.customer.name, totalMinor: deal.totalMinor, currency: deal.currency.code,
            sowHash: deal.sowHash)
    }
}
