import Connectors
import Fleet
import FoundationEssentials
import RabbitMQ
import Sagas
import Synchronization
import Workers

/// The worker is dead: nothing that it would still do is done.
struct Died: Error {}

/// The way of one worker to everything outside it: each effect passes here, and may go wrong.
final class Passage: Sendable {
    let worker: String
    private let course: Course
    private let clock: TwinClock
    private let dead = Atomic(false)
    /// Lets the rest of the company go on while this worker stands still.
    private let goOnWithout: @Sendable (_ roll: UInt64) async -> Void
    /// What else happens before the effect of this number.
    private let arrive: @Sendable (Int) async -> Void
    /// Does something at a later moment.
    private let later: @Sendable (Duration, @escaping @Sendable () -> Void) -> Void

    init(
        worker: String, course: Course, clock: TwinClock, goOnWithout: @escaping @Sendable (UInt64) async -> Void,
        arrive: @escaping @Sendable (Int) async -> Void,
        later: @escaping @Sendable (Duration, @escaping @Sendable () -> Void) -> Void
    ) {
        self.worker = worker
        self.course = course
        self.clock = clock
        self.goOnWithout = goOnWithout
        self.arrive = arrive
        self.later = later
    }

    var isDead: Bool { dead.load(ordering: .relaxed) }

    /// Does one effect, unless it is to go wrong. `failure` is what a worker hears that does not know what became of it;
    /// nil where it hears nothing and goes on, with `silence`. `latest` is the last moment at which it can still be
    /// done; `check` is asked last before it is.
    func pass<Value: Sendable>(
        _ kind: EffectKind, _ what: @autoclosure () -> String, failure: (@Sendable () -> any Error)?,
        silence: Value? = nil, latest: Duration? = nil, check: () throws -> Void = {},
        _ act: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        if isDead { throw Died() }
        let (number, fault) = course.next(kind)
        await arrive(number)
        course.tell(
            "\(number)\t\(clock.now)\t\(worker)\t\(what())\(fault.map { "\t<- \($0.kind.rawValue)" } ?? "")")
        switch fault?.kind {
        case .crashBefore: try die()
        case .notDone: return try unknown(failure, silence)
        case .overtaken:
            await goOnWithout(fault?.roll ?? 0)
            course.tell("\(number)\t\(clock.now)\t\(worker) goes on with \(number)")
        case .late, .afterSettled:
            // Sent in time, done when nobody waits for it any more; before it counts as settled, or a second after that.
            try check()
            let extra: Duration = fault?.kind == .afterSettled ? .seconds(1) : .zero
            later((latest ?? clock.now) + extra) { [course] in
                course.tell("\tdone late: \(number)")
                _ = try? act()
            }
            return try unknown(failure, silence)
        case .crashAfter, .answerLost, .doubled, nil: break
        }
        try check()
        let value: Value
        do {
            value = try act()
        } catch is Died {
            try die()
        }
        switch fault?.kind {
        case .crashAfter: try die()
        case .answerLost: return try unknown(failure, silence ?? value)
        case .doubled: _ = try act()
        case .crashBefore, .notDone, .late, .afterSettled, .overtaken, nil: break
        }
        return value
    }

    private func die() throws -> Never {
        dead.store(true, ordering: .relaxed)
        throw Died()
    }

    private func unknown<Value>(_ failure: (@Sendable () -> any Error)?, _ silence: Value?) throws -> Value {
        if let failure { throw failure() }
        guard let silence else { throw TwinError("nobody answers") }
        return silence
    }
}

/// What a worker hears of a store or a broker that went away in the middle.
struct Away: Error, CustomStringConvertible {
    let description = "the connection was lost"

    static let heard: @Sendable () -> any Error = { Away() }
}

/// The store, as one worker reaches it.
struct GatedStore: HandoffStore {
    let store: MemoryStore
    let passage: Passage
    let course: Course

    var limits: TimeLimits { store.limits }

    private func pass<Value: Sendable>(
        _ what: @autoclosure () -> String, _ act: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await passage.pass(.transaction, what(), failure: Away.heard) {
            do {
                return try act()
            } catch let error as TwinError {
                course.complain("the store refuses: \(error)")
                throw error
            }
        }
    }

    func take(_ id: UUID) async throws -> TakenHandoff? {
        try await pass("take \(id.lowercased.suffix(2))") { try store.take(id) }
    }
    func commit(_ write: OwnerWrite) async throws -> WriteResult {
        try await pass(Self.words(for: write)) { try store.commit(write) }
    }
    func claim(_ request: ClaimRequest) async throws -> ClaimAnswer {
        try await pass("claim \(request.claim.key)") { try store.claim(request) }
    }
    func gate(of target: String) async throws -> TargetGate {
        try await pass("gate of \(target)") { try store.gate(of: target) }
    }
    func note(_ report: TargetReport) async throws {
        try await pass("note \(report.target)") { try store.note(report) }
    }
    func admit(_ arrival: Arrival) async throws -> IntakeResult {
        try await pass("admit \(arrival.eventID)") { try store.admit(arrival) }
    }
    func receive(_ message: ReceivedMessage) async throws -> Reception {
        try await pass("receive message") { try store.receive(message) }
    }
    func origin(ofBody body: [UInt8], in queue: String) async throws -> [String: String]? {
        try await pass("origin of a message") { try store.origin(ofBody: body, in: queue) }
    }
    func take(_ mirror: MirrorKey) async throws -> TakenMirror? {
        try await pass("take status of \(mirror.opportunity)") { try store.take(mirror) }
    }
    func settle(_ outcome: MirrorOutcome) async throws -> SettledMirror {
        try await pass("settle status \(outcome.mirror.sourceVersion)") { try store.settle(outcome) }
    }
    func takeLooks() async throws -> [TakenLook] {
        try await pass("take looks") { try store.takeLooks() }
    }
    func settle(_ outcome: LookOutcome) async throws -> SettledLook {
        try await pass("look \(outcome.look.round) at \(outcome.look.label): \(outcome.result)") {
            try store.settle(outcome)
        }
    }
    func sweep(publishing: Bool) async throws -> Swept {
        try await pass("sweep") { try store.sweep(publishing: publishing) }
    }
    func next(_ limit: Int) async throws -> [UUID] {
        try await pass("look at the line") { try store.next(limit) }
    }
    func ticketsOut(in queue: String) async throws -> Int {
        try await pass("count tickets") { try store.ticketsOut(in: queue) }
    }
    func hurry(_ missed: MissedTickets) async throws {
        try await pass("hurry tickets") { try store.hurry(missed) }
    }
    func notePublished(_ tickets: [Ticket]) async throws {
        try await pass("note republished tickets") { try store.notePublished(tickets) }
    }
    func copies(of incidents: [UUID]) async throws -> [IncidentCopy] {
        try await pass("read incidents") { try store.copies(of: incidents) }
    }
    func markCopied(_ copies: [IncidentCopy]) async throws {
        try await pass("mark copied") { try store.markCopied(copies) }
    }

    private static func words(for write: OwnerWrite) -> String {
        let changes = write.changes.map { "\($0.stepKey.split(separator: "/").last ?? "-") \($0.state)" }
        return "commit \(write.handoff.lowercased.suffix(2)) token \(write.token) \(write.next)"
            + (write.planned == nil ? "" : " planned") + " [\(changes.joined(separator: ", "))]"
    }
}

/// Running numbers, as one worker draws them.
struct GatedNumbers: Numbers {
    let numbers: MemoryNumbers
    let passage: Passage

    func draw(from series: String, for key: String) async throws -> Int64 {
        try await passage.pass(.transaction, "draw from \(series)", failure: Away.heard) {
            numbers.draw(from: series, for: key)
        }
    }
}

/// The broker, as one worker reaches it.
struct GatedOutbox: Outbox {
    let broker: MemoryBroker
    let passage: Passage

    func isReady() -> Bool { true }

    func publish(_ tickets: [Ticket]) async throws -> [Ticket] {
        var confirmed: [Ticket] = []
        for ticket in tickets {
            let isConfirmed = try await passage.pass(
                .publication, "ticket for \(ticket.queue)", failure: nil, silence: false
            ) {
                broker.publish(.ticket(ticket), to: ticket.queue)
                return true
            }
            if isConfirmed { confirmed.append(ticket) }
        }
        return confirmed
    }

    func publish(_ copies: [IncidentCopy]) async throws -> [IncidentCopy] {
        var confirmed: [IncidentCopy] = []
        for copy in copies {
            let isConfirmed = try await passage.pass(
                .publication, "copy of incident \(copy.incidentClass)", failure: nil, silence: false
            ) {
                broker.copy(copy.id)
                return true
            }
            if isConfirmed { confirmed.append(copy) }
        }
        return confirmed
    }

    func announce(_ event: Announcement) async throws {
        try await passage.pass(.publication, "announce \(event.type)", failure: Away.heard) {
            broker.announce(event.id)
        }
    }

    func depth(of queue: String) async throws -> QueueDepth? {
        try await passage.pass(.question, "depth of \(queue)", failure: Away.heard) {
            QueueDepth(messages: broker.depth(of: queue), consumers: 1)
        }
    }
}

/// The targets, as one worker reaches them.
struct GatedCalls: CallGate {
    let passage: Passage
    let plants: LoopPlants
    /// Complains about a call that no intent announced.
    let watch: @Sendable (TargetVerb, String) -> Void
    let clock: TwinClock

    func call<Value: Sendable>(
        _ verb: TargetVerb, as call: Call, to targets: MemoryTargets, _ send: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let kind: EffectKind = verb.isWrite ? .call : .question
        return try await passage.pass(
            kind, "\(verb.rawValue) \(call.key.prefix(6))",
            failure: { Unavailable(.failure, target: verb.target, reason: "no answer in time") },
            // Just before the moment from which on a read-back counts.
            latest: clock.now + (call.deadline - clock.instant) + CallTiming.standard.settle - .milliseconds(1),
            check: {
                if !plants.contains(.noDeadline) { try targets.checkDeadline(of: call, verb) }
                watch(verb, call.key)
            }, send)
    }
}
