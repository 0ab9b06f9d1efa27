import Foundation

@testable import Drill

/// A small run in which everything went well, to plant one mistake at a time in: a deal that is finished, one that is
/// refused and parked, one that was cancelled when its schedule stood, and a message that nobody can read.
enum Planted {
    static let finished = "11111111-1111-1111-1111-111111111111"
    static let refused = "22222222-2222-2222-2222-222222222222"
    static let cancelled = "33333333-3333-3333-3333-333333333333"
    static let cancellation = "44444444-4444-4444-4444-444444444444"

    static func cleanRun() -> Evidence {
        var evidence = Evidence()
        evidence.backoff = ["project-provisioning": [2, 4, 8], "billing-schedules": [2, 4, 8]]
        evidence.queues.depths = ["deal-events": 0, "project-provisioning": 0]
        evidence.store.claims = [
            .init(target: "ERP", thing: "customer", naturalKey: "de01|tax:1", externalID: "CUS-1")
        ]
        evidence.made("create_customer", "CUS-1", key: Things.wireKey("ERP/customer/de01|tax:1"))
        evidence.deal("O-1", finished, state: "finished", .finishes)
        evidence.made(step: "create-project", of: finished, id: "PRJ-1", contract: "C-O-1")
        evidence.made(step: "create-tasks", of: finished, id: "tsk-1")
        evidence.made(step: "create-billing-schedule", of: finished, id: "BIL-1", sum: 100)
        evidence.made(step: "activate-project", of: finished, id: "act-1")
        evidence.told("O-1", 1, 2)
        evidence.deal("O-2", refused, state: "parked", .isRefused)
        evidence.step("create-project", of: refused, state: "planned")
        evidence.incident("77777777-7777-7777-7777-777777777777", of: refused, messageID: nil)
        evidence.deal("O-3", cancelled, state: "stopped", .isCancelled)
        evidence.made(step: "create-project", of: cancelled, id: "PRJ-3", contract: "C-O-3", state: "undone")
        evidence.made(step: "create-tasks", of: cancelled, id: "tsk-3", state: "undone")
        evidence.deal("O-3", cancellation, version: 9, kind: .cancellation, state: "compensated", .isCancelled)
        evidence.tookBack("delete_tasks", "tsk-3")
        evidence.tookBack("delete_project", "PRJ-3")
        var unreadable = PublishedMessage(.unreadable, messageID: "nonsense", queue: "deal-events")
        unreadable.isConfirmed = true
        evidence.published.append(unreadable)
        evidence.incident("88888888-8888-8888-8888-888888888888", of: nil, messageID: "nonsense")
        evidence.store.journal = [
            entry(1, at: 0, "intent", attempt: 1), entry(2, at: 1, "waiting", cause: "failure"),
            entry(3, at: 2.1, "absent"), entry(4, at: 2.2, "intent", attempt: 2),
            // Its caller was killed: nobody saw it fail, and what is waited for is left of the first failure's back-off.
            entry(5, at: 20, "absent"), entry(6, at: 20, "waiting", cause: "failure"),
            entry(7, at: 20.5, "intent", attempt: 2),
        ]
        return evidence
    }

    static func entry(
        _ seq: Int, at: Double, _ what: String, cause: String? = nil, attempt: Int? = nil
    ) -> StoreEvidence.Entry {
        .init(handoff: finished, seq: seq, at: at, what: what, step: "create-project", cause: cause, attempt: attempt)
    }
}

extension Evidence {
    mutating func deal(
        _ opportunity: String, _ handoff: String, version: Int = 1, kind: PublishedMessage.Kind = .deal,
        state: String, _ fate: PublishedMessage.Fate
    ) {
        let contract = "C-\(opportunity)"
        let id = "event-\(handoff)"
        var message = PublishedMessage(kind, messageID: id, queue: "deal-events")
        message.source = "crm"
        message.eventID = id
        message.opportunity = opportunity
        message.contract = contract
        message.version = version
        message.content = "content of \(handoff)"
        message.totalMinor = 100
        message.currency = "EUR"
        message.fate = fate
        message.isConfirmed = true
        published.append(message)
        store.events.append(
            .init(
                source: "crm", eventID: id, outcome: "accepted", copies: 0, opportunity: opportunity,
                contract: contract, version: version, handoff: handoff))
        store.handoffs.append(
            .init(
                id: handoff, opportunity: opportunity, contract: contract, version: version,
                kind: kind == .cancellation ? "cancel" : "complete", state: state, hasDue: false,
                totalMinor: kind == .deal ? 100 : nil, currency: kind == .deal ? "EUR" : nil))
    }

    /// Another publication of a known event's content, answered with `outcome`.
    mutating func again(_ place: Int, id: String, outcome: String, reason: String? = "known", content: String? = nil) {
        var message = published[place]
        message.eventID = id
        message.messageID = id
        if let content { message.content = content }
        published.append(message)
        store.events.append(
            .init(source: "crm", eventID: id, outcome: outcome, reason: reason, copies: 0, handoff: nil))
    }

    @discardableResult
    mutating func step(_ name: String, of handoff: String, state: String, id: String? = nil) -> String {
        let key = "\(handoff)/\(name)"
        store.steps.append(
            .init(
                handoff: handoff, ordinal: store.steps.count, name: name, queue: "project-provisioning", key: key,
                state: state, externalID: id, origin: id.map { _ in "created" }))
        return key
    }

    mutating func made(
        step: String, of handoff: String, id: String, contract: String? = nil, sum: Int64? = nil, state: String = "done"
    ) {
        let verb = step.replacing("-", with: "_")
        made(verb, id, by: step, of: handoff, contract: contract, sum: sum, state: state)
    }

    mutating func made(
        _ verb: String, _ id: String, by step: String, of handoff: String, contract: String? = nil, sum: Int64? = nil,
        state: String = "done"
    ) {
        let key = self.step(step, of: handoff, state: state, id: id)
        made(verb, id, key: Things.wireKey(key), contract: contract, sum: sum)
    }

    mutating func made(
        _ verb: String, _ id: String, key: String, contract: String? = nil, sum: Int64? = nil, version: Int64? = nil
    ) {
        effects.append(
            SandboxEffect(
                seq: effects.count + 1, system: "erp", verb: verb, key: key, id: id, hash: "hash of \(id)",
                asked: .init(
                    contract: contract, currency: sum.map { _ in "EUR" }, lines: sum.map { [.init(amountMinor: $0)] },
                    sourceVersion: version)))
    }

    mutating func tookBack(_ verb: String, _ id: String) { made(verb, id, key: "\(verb) \(id)") }

    /// The CRM was told of these states.
    mutating func told(_ opportunity: String, _ versions: Int64...) {
        for version in versions {
            made("write_handoff", opportunity, key: "\(opportunity)/handoff/\(version)", version: version)
        }
        store.mirrors.append(
            .init(
                opportunity: opportunity, state: "idle", hasDue: false, sourceVersion: versions.last ?? 0,
                writtenVersion: versions.last ?? 0))
    }

    mutating func incident(_ id: String, of handoff: String?, messageID: String?) {
        store.incidents.append(
            .init(
                id: id, cause: "\(handoff.map { "handoff/\($0)" } ?? "raw")/\(id)", handoff: handoff,
                queue: "deal-events", incidentClass: handoff == nil ? "not_json" : "target_refused",
                isBlocking: handoff != nil, state: "open", hasDue: false, messageID: messageID))
        queues.deadLetters.append(.init(queue: "deal-events", incident: id, messageID: id))
    }

    mutating func change(handoff: String, _ change: (inout StoreEvidence.Handoff) -> Void) {
        for place in store.handoffs.indices where store.handoffs[place].id == handoff { change(&store.handoffs[place]) }
    }

    mutating func change(step: String, of handoff: String, _ change: (inout StoreEvidence.Step) -> Void) {
        for place in store.steps.indices
        where store.steps[place].handoff == handoff && store.steps[place].name == step { change(&store.steps[place]) }
    }

    mutating func removeEffects(of verb: String) { effects.removeAll { $0.verb == verb } }
}
