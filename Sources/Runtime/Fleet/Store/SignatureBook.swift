import FoundationEssentials
import PostgreSQL
import Sagas

/// What one intake transaction decides about signed documents and the deals that wait for them.
struct SignatureBook {
    struct Contract: Hashable {
        var opportunity: String
        var contract: String
    }

    struct Known {
        var opportunity: String
        var handoff: UUID?
        var text: String?
        /// Whether somebody was told that it belongs nowhere.
        var isTold = false
    }

    private(set) var envelopes: [String: Known] = [:]
    /// The opportunities one of whose signatures has no handoff yet.
    private var unjoined: Set<String> = []
    /// What was kept before this transaction, and has not been decided on.
    private var kept: [Contract: WantedDeal] = [:]
    /// What this transaction keeps.
    private var keeping: [Contract: WantedDeal] = [:]
    private var released: Set<Contract> = []
    private var settled: [(contract: Contract, deal: Arrival, handoff: UUID?)] = []
    private var signed: [(arrival: Arrival, signed: Arrival.Signed, handoff: UUID?)] = []
    private var joins: [(opportunity: String, handoff: UUID)] = []
    private var told: Set<String> = []

    mutating func read(_ rows: [Row], kept deals: [Row]) throws {
        for row in rows {
            let opportunity = try row.value(1, as: String.self)
            envelopes[try row.value(0, as: String.self)] = Known(
                opportunity: opportunity, handoff: try row.value(3, as: UUID?.self),
                text: try row.value(4, as: String?.self), isTold: try row.value(5, as: Bool.self))
            if try row.value(2, as: Bool.self) { unjoined.insert(opportunity) }
        }
        for row in deals {
            let deal = try WantedDeal(kept: row)
            kept[Contract(opportunity: deal.arrival.opportunity, contract: deal.arrival.contract)] = deal
        }
    }

    /// The latest version of a contract waits; the database compares it with what it has.
    mutating func keep(_ deal: WantedDeal) {
        let contract = Contract(opportunity: deal.arrival.opportunity, contract: deal.arrival.contract)
        for known in [keeping[contract], kept[contract]]
        where known.map({ $0.arrival.version > deal.arrival.version }) ?? false {
            return
        }
        keeping[contract] = deal
    }

    /// The deals of an opportunity that waited until now and begin, as `begins` says; the caller decides on each and says
    /// so with `settle`.
    mutating func release(_ opportunity: String, where begins: (Arrival) -> Bool) -> [WantedDeal] {
        let waiting = waiting(opportunity).filter { begins($0.value.arrival) }
        released.formUnion(waiting.keys)
        return waiting.sorted { $0.key.contract < $1.key.contract }.map { entry in
            var deal = entry.value
            deal.arrival.waitsForSignature = false
            return deal
        }
    }

    /// The deals of an opportunity that still wait, in the order of their contracts.
    func stillWaiting(_ opportunity: String) -> [Arrival] {
        waiting(opportunity).sorted { $0.key.contract < $1.key.contract }.map(\.value.arrival)
    }

    private func waiting(_ opportunity: String) -> [Contract: WantedDeal] {
        kept.merging(keeping) { $1 }.filter { $0.key.opportunity == opportunity && !released.contains($0.key) }
    }

    /// Whether a deal of the opportunity waits for its signature.
    func isWaiting(_ opportunity: String) -> Bool { !waiting(opportunity).isEmpty }

    /// Whether a deal of the opportunity waits for the signature of this text.
    func isWaiting(for text: String, of opportunity: String) -> Bool {
        waiting(opportunity).contains { $0.value.arrival.sowHash == text }
    }

    /// The signed texts of an opportunity that belong to no handoff and of which nobody was told, by their envelopes.
    func unheard(of opportunity: String) -> [(envelope: String, text: String)] {
        envelopes.filter { $0.value.opportunity == opportunity && $0.value.handoff == nil && !$0.value.isTold }
            .compactMap { entry in entry.value.text.map { (entry.key, $0) } }.sorted { $0.0 < $1.0 }
    }

    /// Notes that somebody is told of a document that belongs nowhere.
    mutating func tell(_ envelope: String) {
        envelopes[envelope]?.isTold = true
        told.insert(envelope)
    }

    mutating func settle(_ deal: WantedDeal, as handoff: UUID?) {
        let contract = Contract(opportunity: deal.arrival.opportunity, contract: deal.arrival.contract)
        settled.append((contract, deal.arrival, handoff))
    }

    mutating func add(_ arrival: Arrival, _ document: Arrival.Signed, handoff: UUID?) {
        envelopes[document.envelope] = Known(
            opportunity: arrival.opportunity, handoff: handoff, text: document.sowHash)
        if handoff == nil { unjoined.insert(arrival.opportunity) }
        signed.append((arrival, document, handoff))
    }

    /// A deal has come: what waited for it joins its handoff.
    mutating func join(_ opportunity: String, to handoff: UUID) {
        guard unjoined.remove(opportunity) != nil else { return }
        joins.append((opportunity, handoff))
        for (envelope, known) in envelopes where known.opportunity == opportunity && known.handoff == nil {
            envelopes[envelope]?.handoff = handoff
        }
    }

    /// What is written, after the handoffs and events that it names; nothing where nothing was signed or waits.
    func commands(limits: TimeLimits) throws -> [(purpose: IntakeBook.Purpose, command: Command)] {
        var commands: [(purpose: IntakeBook.Purpose, command: Command)] = []
        if !keeping.isEmpty { commands.append((.write, try keepCommand())) }
        if !settled.isEmpty {
            let handoffs = settled.map(\.handoff)
            commands.append(
                (
                    .write,
                    Command(
                        SignatureStatements.settleUnsigned, settled.map(\.contract.opportunity),
                        settled.map(\.contract.contract), handoffs)
                ))
            let begun = settled.filter { $0.handoff != nil }
            commands.append(
                (
                    .write,
                    Command(
                        SignatureStatements.linkEvents, begun.map(\.deal.source), begun.map(\.deal.eventID),
                        begun.map(\.handoff), begun.map(\.deal.contentHash))
                ))
        }
        if !signed.isEmpty { commands.append((.write, insertCommand(limits: limits))) }
        if !told.isEmpty { commands.append((.write, Command(SignatureStatements.tell, told.sorted()))) }
        if !joins.isEmpty {
            let opportunities = joins.map(\.opportunity)
            commands.append((.write, Command(SignatureStatements.joinSignatures, opportunities, joins.map(\.handoff))))
            commands.append((.write, Command(SignatureStatements.closeUnmatched, opportunities)))
        }
        return commands + interruptCommands(limits: limits)
    }

    private func keepCommand() throws -> Command {
        let deals = keeping.sorted { ($0.key.opportunity, $0.key.contract) < ($1.key.opportunity, $1.key.contract) }
            .map(\.value)
        let arrivals = deals.map(\.arrival)
        return Command(
            SignatureStatements.keepUnsigned, arrivals.map(\.opportunity), arrivals.map(\.contract),
            arrivals.map { Int32($0.version) }, arrivals.map(\.source), arrivals.map(\.eventID),
            arrivals.map(\.correlationID), arrivals.map(\.kind.stored.rawValue),
            arrivals.map { $0.kind.base.map(Int32.init) }, arrivals.map(\.body), arrivals.map(\.contentHash),
            arrivals.map(\.customer), arrivals.map(\.totalMinor), arrivals.map(\.currency), arrivals.map(\.sowHash),
            try deals.map { try $0.statusJSON }, arrivals.map(\.takesAnyDocument))
    }

    private func insertCommand(limits: TimeLimits) -> Command {
        let arrivals = signed.map(\.arrival)
        return Command(
            SignatureStatements.insertSignatures, signed.map(\.signed.envelope), arrivals.map(\.opportunity),
            signed.map(\.signed.sowHash), signed.map(\.signed.signedAt), arrivals.map(\.source),
            arrivals.map(\.eventID), arrivals.map(\.correlationID), arrivals.map(\.body), signed.map(\.handoff),
            limits.signaturePatience.milliseconds)
    }

    /// Whoever works on a deal without knowing what was signed begins anew.
    private func interruptCommands(limits: TimeLimits) -> [(purpose: IntakeBook.Purpose, command: Command)] {
        let joined = signed.filter { $0.handoff != nil }
        guard !joined.isEmpty else { return [] }
        let opportunities = joined.map(\.arrival.opportunity)
        return [
            (.write, Command(SignatureStatements.lockSigned, opportunities)),
            (
                .advance,
                Command(
                    SignatureStatements.interrupt, opportunities, joined.map(\.signed.sowHash),
                    limits.ticketLease.milliseconds)
            ),
            (.advance, Command(SignatureStatements.resume, opportunities, limits.ticketLease.milliseconds)),
        ]
    }
}

extension IntakeBook {
    /// Begins what has waited for the signature, and decides where it belongs.
    mutating func join(_ arrival: Arrival, _ document: Arrival.Signed) -> (admission: Admission, incident: UUID?) {
        let known = signatures.envelopes[document.envelope]
        let opportunity = arrival.opportunity
        var begun: [LaneView.Version] = []
        var incident: UUID?
        if known == nil {
            lanes[opportunity, default: LaneView()].signedTexts.append(document.sowHash)
            let view = lanes[opportunity] ?? LaneView()
            for deal in signatures.release(opportunity, where: view.isSigned) {
                let decided = decide(deal)
                let isBegun = decided.admission.outcome == .accepted
                signatures.settle(deal, as: isBegun ? decided.admission.handoff : nil)
                incident = incident ?? decided.incident
                begun +=
                    lanes[opportunity]?.versions.filter { isBegun && $0.handoff == decided.admission.handoff } ?? []
            }
        }
        let lane = lanes[opportunity] ?? LaneView()
        let waiting = signatures.stillWaiting(opportunity)
        let decision = signatureDecision(
            isKnown: known != nil, holder: lane.versions.first { $0.handoff == known?.handoff }, begun: begun,
            waits: !waiting.isEmpty, text: document.sowHash, in: lane)
        if known == nil { signatures.add(arrival, document, handoff: decision.of?.handoff) }
        if decision.isMismatch, let text = document.sowHash {
            incident = incident ?? tellMismatch(document.envelope, text, decision.of, waiting, arrival)
        }
        let admission = Admission(
            outcome: decision.outcome, reason: decision.reason, handoff: decision.of?.handoff,
            correlationID: decision.of?.correlationID ?? arrival.correlationID, isCopy: false)
        return (admission, incident)
    }

    /// Tells a person of a document that is of another text than the deals that wait, or than what was carried out.
    private mutating func tellMismatch(
        _ envelope: String, _ text: String, _ version: LaneView.Version?, _ waiting: [Arrival], _ arrival: Arrival
    ) -> UUID? {
        let deal = waiting.first { $0.sowHash != nil }
        guard let own = version?.sowHash ?? deal?.sowHash else { return nil }
        var named = arrival
        named.contract = version?.contract ?? deal?.contract ?? ""
        named.version = version?.version ?? deal?.version ?? 0
        named.customer = deal?.customer ?? ""
        if version == nil { signatures.tell(envelope) }
        let incident = Self.mismatch(envelope, text, named, own, handoff: version?.handoff, queue: queue)
        contradict(incident)
        return incident.id
    }
}
