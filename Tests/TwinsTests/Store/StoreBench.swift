import FoundationEssentials
import RabbitMQ
import Sagas
import Twins
import Workers

@testable import Fleet

/// A store and what its workers hold: the same acts at two benches must have the same answers and leave the same rows.
actor StoreBench {
    static let planning = "deal-events"
    static let queues = ["deal-events", "project-provisioning"]
    /// The line is so short that others stand in it.
    static let limits = {
        var limits = TimeLimits()
        limits.ticketWindow = 2
        return limits
    }()
    let side: any StoreSide
    private(set) var now = Duration.zero
    /// The handoffs by name, such as `O-1/CT-1/2`.
    private(set) var ids: [String: UUID] = [:]
    private var names: [String: String] = [:]
    /// What was taken, in order; some of it is out of date.
    private(set) var taken: [TakenHandoff] = []
    private var mirrors: [TakenMirror] = []
    private var looks: [TakenLook] = []
    private var copies: [IncidentCopy] = []
    private var recorded: Set<String> = []
    private var paused: Set<String> = []
    private let stores: [String: any HandoffStore]

    init(_ side: any StoreSide) {
        self.side = side
        stores = Dictionary(uniqueKeysWithValues: Self.queues.map { ($0, side.store(of: $0)) })
    }

    private func store(_ queue: String) -> any HandoffStore { stores[queue] ?? side.store(of: queue) }

    func move(by time: Duration) async throws {
        now += time
        try await side.moveClock(to: now)
    }

    /// All rows, sorted, with names for handoffs.
    func rows(_ kind: String? = nil) async throws -> [String] {
        try await side.rows().map(named).filter { kind.map($0.hasPrefix) ?? true }.sorted()
    }

    /// Ids differ from store to store, names do not.
    private func named(_ text: String) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            word.contains("/")
                ? word.split(separator: "/", omittingEmptySubsequences: false).map(nameOfID).joined(separator: "/")
                : nameOfID(word)
        }.joined(separator: " ")
    }

    private func nameOfID(_ word: Substring) -> String {
        word.utf8.count == 36 ? names[String(word)].map { "<\($0)>" } ?? String(word) : String(word)
    }

    private func words(_ tickets: [Ticket]) -> String {
        let words = tickets.map { ticket in
            switch ticket.subject {
            case .handoff(let id): "\(named(id.lowercased)) to \(ticket.queue)"
            case .mirror(let opportunity, _, _): "status of \(opportunity) to \(ticket.queue)"
            }
        }
        return "\(words.sorted())"
    }
}

/// The transactions, each answered in words.
extension StoreBench {
    @discardableResult
    func admit(
        _ version: Int, _ kind: Arrival.Kind = .complete, opportunity: String = "O-1", contract: String = "CT-1",
        event: String? = nil, hash: String? = nil, status: String? = nil, sowHash: String? = nil, waits: Bool = false,
        publisher: String? = nil, ignored: String? = nil, anyDocument: Bool = false, names: [String] = []
    ) async throws -> String {
        let name = "\(opportunity)/\(contract)/\(version)"
        var arrival = Arrival(
            source: "test", eventID: event ?? name, correlationID: "c", opportunity: opportunity,
            contract: contract, version: version, kind: kind, body: "{}", contentHash: hash ?? "hash \(version)",
            customer: "Acme", totalMinor: 1, currency: "EUR", ignoredBecause: ignored,
            status: status.map(Self.status), sowHash: sowHash, waitsForSignature: waits)
        arrival.publisher = publisher
        arrival.takesAnyDocument = anyDocument
        arrival.names = names
        let result = try await store(Self.planning).admit(arrival)
        if let other = result.admission.elsewhere { return "elsewhere \(other)" }
        let isNew = result.admission.outcome == .accepted && !result.admission.isCopy
        if isNew, let id = result.admission.handoff {
            ids[name] = id
            self.names[id.lowercased] = name
        }
        return "\(result.admission.outcome)\(result.admission.isCopy ? " copy" : "") \(words(result.tickets))"
            + (result.incident == nil ? "" : " incident")
    }

    /// Records a signature, which may begin what has waited for it.
    @discardableResult
    func sign(
        _ envelope: String, opportunity: String = "O-1", sowHash: String? = nil, signedAt: Double = 0,
        event: String? = nil
    ) async throws -> String {
        let signed = Arrival.Signed(
            envelope: envelope, sowHash: sowHash, signedAt: Date(timeIntervalSinceReferenceDate: signedAt))
        let result = try await store(Self.planning).admit(
            Arrival(
                source: "docusign", eventID: event ?? envelope, correlationID: "c", opportunity: opportunity,
                signed: signed, body: "signed \(envelope)", contentHash: envelope))
        if let other = result.admission.elsewhere { return "elsewhere \(other)" }
        for (id, name) in try await side.names() {
            ids[name] = id
            names[id.lowercased] = name
        }
        return "\(result.admission.outcome)\(result.admission.isCopy ? " copy" : "") "
            + "\(result.admission.handoff.map { named($0.lowercased) } ?? "-") \(result.admission.correlationID) "
            + "\(words(result.tickets))\(result.incident == nil ? "" : " incident")"
    }

    /// Takes a handoff by its name; what was taken is the last of `taken`.
    @discardableResult
    func take(_ name: String = "O-1/CT-1/1", in queue: String = planning) async throws -> String {
        guard let id = ids[name] else { return "unknown" }
        guard let found = try await store(queue).take(id) else { return "nothing" }
        taken.append(found)
        return words(found)
    }

    private func words(_ found: TakenHandoff) -> String {
        let base = found.base.map { "\($0.version) \($0.steps.map(\.state))" } ?? "-"
        return
            "token \(found.token) takeovers \(found.takeovers) \(found.kind) \(found.direction) old \(found.isTooOld) "
            + "plan \(found.plan ?? "-") deal \(found.deal ?? "-") steps \(words(found.steps)) base \(base) earlier "
            + "\(found.earlier.map { "\($0.version) \(words($0.steps))" }) "
            + "attempts \(found.planningAttempts) at \(found.planningTarget ?? "-") "
            + "signature \(found.signature ?? "-") contradiction \(found.contradiction ?? "-") "
            + "choices \(found.choices.map { "\($0.key) \($0.value)" }.sorted()) "
            + "approvals \(found.approvals.map { "\($0.gate) \($0.planHash) \($0.isApproved)" }.sorted())"
            + (found.standing.map { " stands \($0.version) \($0.isGivenUp) \($0.receipts.keys.sorted())" } ?? "")
            + (found.released.isEmpty ? "" : " next \(words(found.released))")
    }

    private func words(_ steps: [StepRecord]) -> String {
        "\(steps.map { "\($0.label) \($0.queue) \($0.isFinal) \($0.key) \($0.state) \($0.attempts) \($0.isSettled) \($0.receipt?.externalID ?? "-")" })"
    }

    /// Writes as the owner of what was taken at `place`, the last by default.
    @discardableResult
    func commit(
        _ next: OwnerWrite.Next, at place: Int? = nil, in queue: String = planning,
        _ edit: (inout OwnerWrite, TakenHandoff) -> Void = { _, _ in }
    ) async throws -> String {
        let owner = taken[place ?? taken.count - 1]
        var write = OwnerWrite(
            handoff: owner.id, token: owner.token, opportunity: owner.opportunity,
            correlationID: owner.correlationID, queue: queue, requeues: owner.requeues, direction: owner.direction,
            next: next)
        edit(&write, owner)
        let result: WriteResult
        do {
            result = try await store(queue).commit(write)
        } catch {
            return "refused"
        }
        return "owner \(result.isOwner) \(words(result.tickets)) \(result.incident == nil ? "" : "incident ")"
            + "\(result.gate)"
    }

    func claim(_ key: String = "1", at place: Int? = nil) async throws -> String {
        let owner = taken[place ?? taken.count - 1]
        let answer = try await store(Self.planning).claim(
            ClaimRequest(
                handoff: owner.id, token: owner.token,
                claim: Claim(target: "ERP", thing: "customer", naturalKey: key),
                holder: "\(owner.opportunity)/\(owner.version)", time: .seconds(15)))
        return "\(answer)"
    }

    func gate(of target: String = "ERP") async throws -> String {
        "\(try await store(Self.planning).gate(of: target))"
    }

    func note(_ answer: TargetReport.Answer, wasProbe: Bool = false, of target: String = "ERP") async throws {
        try await store(Self.planning).note(TargetReport(target: target, answer: answer, wasProbe: wasProbe))
    }

    @discardableResult
    func sweep(publishing: Bool = true) async throws -> String {
        let swept = try await store(Self.planning).sweep(publishing: publishing)
        copies += swept.incidents
        let overdue = swept.overdue.map { "\(words([$0.ticket])) for \($0.age)" }.sorted()
        return "\(words(swept.tickets)) overdue \(overdue) \(words(swept.incidents))"
    }

    private func words(_ copies: [IncidentCopy]) -> String {
        "\(copies.map { "\($0.incidentClass) \($0.step ?? "-") \($0.attempts) \($0.revision)" }.sorted())"
    }

    /// The copies of all incidents that a sweep ever found are confirmed.
    func confirmCopies() async throws -> String {
        let known = try await store(Self.planning).copies(of: copies.map(\.id))
        try await store(Self.planning).markCopied(known)
        return words(known)
    }

    func ticketsOut(in queue: String = planning) async throws -> Int {
        try await store(Self.planning).ticketsOut(in: queue)
    }

    /// What a worker with room may look at without a ticket.
    func next(_ limit: Int = 3, in queue: String = planning) async throws -> String {
        "\(try await store(queue).next(limit).map { named($0.lowercased) })"
    }

    /// The tickets of these handoffs did not reach the broker; of all, where none is named.
    func hurry(_ names: String...) async throws {
        try await store(Self.planning).hurry(names.isEmpty ? .all : .these(names.compactMap(ticket)))
    }

    /// The ticket of a handoff was published once more.
    func notePublished(_ name: String) async throws {
        try await store(Self.planning).notePublished([name].compactMap(ticket))
    }

    private func ticket(of name: String) -> Ticket? {
        ids[name].map { Ticket(.handoff($0), queue: Self.planning, correlationID: "c") }
    }

    /// Opens an incident about a message that says something of version `version` of a deal, or nothing of any.
    func open(
        _ cause: String, _ incidentClass: IncidentClass = .notJSON, opportunity: String? = nil,
        contract: String? = nil, version: Int? = nil, status: String? = nil, countsRepeat: Bool = true
    ) async throws -> Bool {
        var facts = DealFacts()
        facts.opportunity = opportunity
        facts.contract = contract
        facts.version = version
        let parts = cause.split(separator: "/", omittingEmptySubsequences: false)
        return try await store(Self.planning).receive(
            ReceivedMessage(
                RawIncident(
                    id: UUID(), cause: parts.dropLast().joined(separator: "/") + "/", handoff: nil,
                    queue: Self.planning, incidentClass: incidentClass, story: "no", correlationID: "c", body: [1],
                    headers: [:], facts: facts, status: status.map(Self.status), countsRepeat: countsRepeat),
                timesSent: parts.last.flatMap { Int64($0) } ?? 0)
        ).isNew
    }

    /// Has a message of these bytes refused: `moved` by hand, or under the key `k`.
    func receive(_ body: String = "x", moved: Bool = false, isCounted: Bool = true) async throws -> String {
        let delivery = Delivery(
            tag: DeliveryTag(epoch: 1, number: 1), isRedelivered: false, exchange: moved ? "" : "deals",
            routingKey: moved ? Self.planning : "k",
            properties: Properties(messageID: moved ? nil : "m"), body: Array(body.utf8))
        let message = DeliveredMessage(delivery, in: Self.planning)
        let received = try await store(Self.planning).receive(
            ReceivedMessage(
                RawIncident(
                    id: UUID(), cause: message.causePrefix, queue: Self.planning, incidentClass: .notJSON, story: "no",
                    correlationID: "c", body: message.body, headers: message.origin, countsRepeat: isCounted),
                wasMoved: moved))
        return received.isNew ? "new" : "again"
    }

    /// The key under which a message of these bytes was published when it was refused.
    func key(ofBody body: String) async throws -> String? {
        try await store(Self.planning).origin(ofBody: Array(body.utf8), in: Self.planning)?["routing_key"]
    }

    @discardableResult
    func takeStatus(of opportunity: String = "O-1", _ contract: String = "CT-1") async throws -> String {
        let key = MirrorKey(Self.status(""), opportunity: opportunity, contract: contract)
        guard let found = try await store("status-feedback").take(key) else { return "nothing" }
        mirrors.append(found)
        return "token \(found.token) version \(found.sourceVersion) \(found.wanted) attempts \(found.attempts) "
            + "waits \(found.nextTry != nil) of \(found.contract)"
            + (found.questions.isEmpty ? "" : " asks \(found.questions.map { "\($0.version) \($0.incidentClass)" })")
    }

    func settle(_ result: MirrorOutcome.Result, at place: Int? = nil) async throws -> String {
        guard !mirrors.isEmpty else { return "nothing" }
        let settled = try await store("status-feedback").settle(
            MirrorOutcome(mirror: mirrors[place.map { $0 % mirrors.count } ?? mirrors.count - 1], result: result))
        return "\(words(settled.tickets))\(settled.incident == nil ? "" : " incident")"
    }

    @discardableResult
    func takeLooks(in queue: String = planning) async throws -> String {
        let found = try await store(queue).takeLooks().map { (words($0), $0) }.sorted { $0.0 < $1.0 }
        looks += found.map(\.1)
        return "\(found.map(\.0))"
    }

    private func words(_ look: TakenLook) -> String {
        let receipts = look.receipts.map { "\($0.key) \($0.value.externalID)" }.sorted()
        return "\(named(look.step.handoff.lowercased)) \(look.label) round \(look.round) token \(look.token) "
            + "attempts \(look.attempts) \(look.key) \(look.opportunity) \(look.plan) \(receipts)"
    }

    /// Writes down what came of a look that was taken at `place`, the last by default.
    @discardableResult
    func settleLook(
        _ result: LookOutcome.Result, isShared: Bool = false, at place: Int? = nil, in queue: String = planning
    ) async throws -> String {
        guard !looks.isEmpty else { return "nothing" }
        let settled = try await store(queue).settle(
            LookOutcome(
                look: looks[place.map { $0 % looks.count } ?? looks.count - 1], target: "ERP", isShared: isShared,
                result: result, removalTime: .seconds(30)))
        return "\(settled.next) incidents \(settled.incidents.count)"
    }

    /// Records a decision, once for each plan.
    func record(_ isApproved: Bool, _ gate: String, _ hash: String, of name: String) async throws {
        guard let id = ids[name], recorded.insert("\(name) \(gate) \(hash)").inserted else { return }
        try await side.record(isApproved, gate, hash, of: id)
    }

    /// Closes the open incident of this class about a handoff, and the handoff with it.
    func giveUp(_ name: String, _ incidentClass: IncidentClass) async throws {
        guard let id = ids[name] else { return }
        try await side.giveUp(id, incidentClass)
    }

    /// Decides something for a handoff.
    func choose(_ value: String, as what: String, for name: String) async throws {
        guard let id = ids[name] else { return }
        try await side.choose(value, as: what, for: id)
    }

    /// Pauses the ERP, or the planning queue, or ends its pause.
    @discardableResult
    func togglePause(_ kind: String) async throws -> String {
        let isPaused = paused.insert(kind).inserted
        if !isPaused { paused.remove(kind) }
        try await side.setPause(kind, kind == "target" ? "ERP" : Self.planning, isPaused)
        return "\(isPaused)"
    }

    static func status(_ content: String) -> Status {
        Status(
            target: "CRM", object: "handoff",
            queue: Queue(
                name: "status-feedback", prefetch: 1,
                backoff: Backoff(base: .seconds(1), cap: .seconds(1), attempts: 1)),
            content: content)
    }
}

extension OwnerWrite {
    /// Plans two steps, the second of them final.
    mutating func plan(_ owner: TakenHandoff) {
        let keys = ["one", "two"].map { "\(owner.opportunity)/\(owner.contract)/\(owner.version)/\($0)" }
        planned = Planned(
            body: "plan \(owner.version)", hash: "h",
            steps: zip(["one", "two"], keys).map {
                .init(label: $0, queue: StoreBench.planning, isFinal: $0 == "two", key: $1)
            })
    }

    /// Changes one of the owner's steps, or of `other`'s.
    mutating func change(
        _ owner: UUID, _ ordinal: Int = 0, to state: StepRecord.State,
        _ edit: (inout StepChange) -> Void = { _ in }
    ) {
        var change = StepChange(step: .init(handoff: owner, ordinal: ordinal), stepKey: "\(ordinal)", state: state)
        switch state {
        case .intent, .undoing: change.settlesAfter = .seconds(15)
        case .done: change.receipt = Receipt(externalID: "X-\(ordinal)", origin: .created)
        case .kept: change.kept = Kept(because: "invoiced", owner: .finance)
        case .planned, .undone, .skipped: break
        }
        edit(&change)
        changes.append(change)
    }
}
