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
    private let policies: (any CatalogSource)?
    private let admissions: any Admissions
    private let announcements: any Announcements
    private let now: @Sendable () -> Timestamp
    /// How often an event is admitted under the name that its opportunity has by then: it changes only with a merge.
    private static let mostMoves = 4

    /// Decides by `decoder`, records in `admissions`, answers through `announcements`. Where `catalogs` are given, the
    /// trigger stages of the one in force take the place of the decoder's, and how sources are read is what `policies` say.
    public init(
        decoder: DealEventDecoder, stagesOf catalogs: (any CatalogSource)? = nil,
        policiesOf policies: (any CatalogSource)? = nil, admissions: any Admissions,
        announcements: any Announcements,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.decoder = decoder
        self.catalogs = catalogs
        self.policies = policies
        self.admissions = admissions
        self.announcements = announcements
        self.now = now
    }

    /// Records the event and answers it; refuses, with all findings, one that breaks the contract.
    public func handle(_ message: RawMessage, on attempt: Attempt) async throws {
        let decoder = try await decoderInForce()
        var intake: Deals.Intake
        do {
            intake = try decoder.decode(body: message.body, routingKey: message.routingKey)
        } catch {
            let correlationID =
                (error.trace.correlationID ?? error.trace.eventID).flatMap(OutsideText.identifier)
                ?? attempt.correlationID
            // The publisher hears of it once people have been told.
            let answer = announcement(
                of: Disposition(error, correlationID: correlationID),
                id: "\(error.trace.source ?? "-")/\(error.trace.eventID ?? attempt.correlationID)/rejected")
            throw Self.refusal(error, as: correlationID, answer: answer)
        }
        var arrival = arrival(of: intake, by: decoder.policies)
        arrival.publisher = message.publisher
        var admission = try await admissions.admit(arrival)
        var moves = 0
        while let opportunity = admission.elsewhere {
            // Where others move it at the same moment, it is delivered again.
            guard moves < Self.mostMoves else { throw MovesOn(opportunity: opportunity) }
            moves += 1
            intake = intake.under(opportunity)
            arrival = self.arrival(of: intake, by: decoder.policies)
            arrival.publisher = message.publisher
            admission = try await admissions.admit(arrival)
        }
        // The same event handed out again gets the answer it may have missed; a copy of it is a duplicate.
        let isCopy = admission.isCopy && !attempt.isRedelivered
        let disposition = disposition(
            isCopy ? .duplicate : Disposition.Outcome(rawValue: admission.outcome.rawValue) ?? .ignored, of: intake,
            reason: isCopy ? "the event is known" : admission.reason, admission)
        try await answer(
            disposition,
            id: [
                disposition.eventSource,
                admission.isOtherContent ? arrival.markedAsOther.nameOfContent : disposition.eventID,
                disposition.outcome.rawValue,
            ].map { $0 ?? "-" }.joined(separator: "/"))
    }

    /// The incident is filed under the deal, as far as the event names one, and the CRM is told whose turn it is. Who
    /// speaks in another's name tells the CRM nothing.
    private static func refusal(
        _ rejection: Rejection, as correlationID: String, answer: Announcement
    ) -> RefusedEvent {
        let (trace, deal) = (rejection.trace, rejection.trace.deal)
        var facts = DealFacts()
        facts.source = trace.source
        facts.eventID = trace.eventID
        facts.opportunity = deal?.opportunity
        facts.contract = deal?.contract
        facts.version = deal?.version
        facts.customer = deal?.customer
        facts.totalMinor = deal?.totalMinor
        facts.currency = deal?.currency?.code
        facts.faults = rejection.findings.map {
            DealFacts.Fault(path: $0.path, owner: $0.owner.rawValue, text: $0.text, cure: $0.cure)
        }
        facts.correlationID = correlationID
        let isTold = rejection.incidentClass != .sourceMismatch && deal?.key != nil
        return RefusedEvent(
            rejection.refused, facts: facts,
            status: isTold ? ReadinessStatus(refusedFor: rejection.incidentClass).status : nil, answer: answer)
    }

    private func decoderInForce() async throws -> DealEventDecoder {
        var inForce = decoder
        let moment = now()
        if let today = CalendarDate(on: moment), let stages = try await catalogs?.current()?.triggerStages(on: today) {
            inForce = inForce.starting(at: stages)
        }
        return inForce.reading(by: .inForce(try await policies?.current(), at: moment))
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
        try await announcements.announce(announcement(of: disposition, id: id))
    }

    private func announcement(of disposition: Disposition, id: String) -> Announcement {
        Announcement(
            type: Disposition.type, id: id, correlationID: disposition.correlationID,
            body: disposition.encoded(id: id, time: now()))
    }

    /// What follows the event everywhere: the publisher's own, or the event's id where its letters allow that.
    private static func correlationID(_ given: String?, _ id: String) -> String {
        given ?? OutsideText.identifier(id) ?? "-"
    }

    private func arrival(of intake: Deals.Intake, by policies: SourcePolicies) -> Arrival {
        switch intake {
        case .handoff(let event), .unsigned(let event):
            var arrival = arrival(of: event)
            arrival.status = ReadinessStatus(.received).status
            if case .unsigned = intake {
                arrival.waitsForSignature = true
                arrival.takesAnyDocument = policies[event.source].documents == .any
            }
            return arrival
        case .ignored(let event):
            var arrival = arrival(of: event, intake.event)
            arrival.names = event.key == nil ? [] : event.names
            return arrival
        case .cancellation(let event):
            let cancellation = event.cancellation
            return Arrival(
                source: event.source, eventID: event.id,
                correlationID: Self.correlationID(event.correlationID, event.id),
                opportunity: cancellation.opportunity, contract: cancellation.contract, version: cancellation.version,
                kind: .cancel, body: String(decoding: cancellation.canonicalBytes, as: UTF8.self),
                contentHash: cancellation.contentHash, customer: "", totalMinor: 0, currency: "XXX")
        case .signature(let event):
            let signature = event.signature
            return Arrival(
                source: event.source, eventID: event.id,
                correlationID: Self.correlationID(event.correlationID, event.id),
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
                source: ignored.source, eventID: ignored.id,
                correlationID: Self.correlationID(ignored.correlationID, ignored.id),
                opportunity: ignored.key?.opportunity, contract: ignored.key?.contract, version: ignored.key?.version,
                ignoredBecause: ignored.reason)
        }
        var arrival = arrival(of: event)
        arrival.ignoredBecause = ignored.reason
        return arrival
    }

    private func arrival(of event: DealEvent) -> Arrival {
        let deal = event.deal
        var arrival = Arrival(
            source: event.source, eventID: event.id, correlationID: Self.correlationID(event.correlationID, event.id),
            opportunity: deal.opportunity, contract: deal.contract, version: deal.version,
            kind: deal.baseVersion.map { .change(base: $0) } ?? .complete,
            body: String(decoding: deal.canonicalBytes, as: UTF8.self), contentHash: deal.contentHash,
            customer: deal.customer.name, totalMinor: deal.totalMinor, currency: deal.currency.code,
            sowHash: deal.sowHash)
        arrival.names = event.names
        return arrival
    }
}

/// The name of an opportunity changed each time that an event of it was admitted.
private struct MovesOn: Error, CustomStringConvertible {
    let opportunity: String
    var description: String { "the opportunity is known as \(opportunity) by now, and was moved again meanwhile" }
}
