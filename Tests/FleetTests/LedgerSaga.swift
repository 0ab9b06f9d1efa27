import FoundationEssentials
import Sagas
import Synchronization
import Workers

@testable import Fleet

/// What the ledger's steps did, in order: the whole correctness claim in one place.
final class Ledger: Sendable {
    private let lines = Mutex<[String]>([])

    /// Every effect as `+key`, every inverse as `-key`.
    var history: [String] { lines.withLock { $0 } }
    func write(_ key: String) { lines.withLock { $0.append("+\(key)") } }
    func erase(_ key: String) { lines.withLock { $0.append("-\(key)") } }
    func holds(_ key: String) -> Bool { history.last { $0.dropFirst() == key } == "+\(key)" }
    /// What stands at the end.
    var standing: Set<String> { Set(history.map { String($0.dropFirst()) }.filter(holds)) }
    /// How often each effect was made.
    var counts: [Int] { Array(Dictionary(grouping: history.filter { $0.hasPrefix("+") }) { $0 }.values.map(\.count)) }
}

/// Whether a target answers at all.
final class Switch: Sendable {
    private let state = Mutex(true)

    var isOn: Bool { state.withLock { $0 } }
    func turn(on: Bool) { state.withLock { $0 = on } }
}

/// How a step's call ends, decided by the test.
enum Behaviour: Sendable {
    case succeed
    case throwing(@Sendable (_ call: Int) -> (any Error)?)
    /// The effect is made, the answer is lost.
    case loseAnswer(@Sendable (_ call: Int) -> Bool)
}

struct LedgerPlan: Codable, Sendable {
    var deal: String
    var base: Int?
}

struct LedgerStep: Step {
    static let name = "ledger"
    let instance: String
    let target: String
    let ledger: Ledger
    let behaviour: Behaviour
    let undoBehaviour: Behaviour
    let calls: CallCounter
    let onRefusal: OnRefusal
    let power: Switch?
    var timing: CallTiming {
        CallTiming(window: .milliseconds(200), budget: .milliseconds(200), settle: .milliseconds(100))
    }

    func find(for plan: LedgerPlan, on attempt: SagaAttempt) async throws -> Found {
        try beOn()
        return ledger.holds(attempt.key) ? .present(Receipt(externalID: attempt.key, origin: .created)) : .absent
    }

    func find(_ externalID: String, for plan: LedgerPlan, on attempt: SagaAttempt) async throws -> Found {
        ledger.holds(externalID) ? .present(Receipt(externalID: externalID, origin: .created)) : .absent
    }

    func perform(for plan: LedgerPlan, on attempt: SagaAttempt) async throws -> Receipt {
        try beOn()
        try act(behaviour, call: calls.next(instance)) { ledger.write(attempt.key) }
        return Receipt(externalID: attempt.key, origin: .created)
    }

    func compensate(_ receipt: Receipt, for plan: LedgerPlan, on attempt: SagaAttempt) async throws -> Undone {
        try act(undoBehaviour, call: calls.next("undo \(instance)")) {
            if ledger.holds(receipt.externalID) { ledger.erase(receipt.externalID) }
        }
        return .undone
    }

    private func beOn() throws {
        if let power, !power.isOn {
            _ = calls.next("while off")
            throw Unavailable(.failure, target: target, reason: "down")
        }
    }

    private func act(_ behaviour: Behaviour, call: Int, _ effect: () -> Void) throws {
        switch behaviour {
        case .succeed: effect()
        case .throwing(let error):
            if let error = error(call) { throw error }
            effect()
        case .loseAnswer(let isLost):
            effect()
            if isLost(call) { throw Unavailable(.failure, target: target, reason: "the answer was lost") }
        }
    }
}

final class CallCounter: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    func next(_ name: String) -> Int {
        counts.withLock { counts in
            counts[name, default: 0] += 1
            return counts[name, default: 0]
        }
    }

    func count(_ name: String) -> Int { counts.withLock { $0[name, default: 0] } }
}

/// Three stages of one step each, at a target of each stage's name.
struct LedgerSaga: Saga {
    static let name = "ledger"
    static let planningQueue = testQueue("deal-events")
    static let queues = ["project-provisioning", "billing-schedules", "status-feedback"]
    let ledger = Ledger()
    let calls = CallCounter()
    var behaviours: [String: Behaviour] = [:]
    var undoBehaviours: [String: Behaviour] = [:]
    var powers: [String: Switch] = [:]
    var onRefusal = OnRefusal.ask
    /// What planning asks of others, by the number of the try.
    var lookUp: @Sendable (_ call: Int, PlanningAttempt) async throws -> Void = { _, _ in }
    /// The queues whose steps lie past the point of no return.
    var finalQueues: Set<String> = []

    func plan(
        _ deal: String, for handoff: UUID, upon base: Base<LedgerPlan>?, on attempt: PlanningAttempt
    ) async throws -> LedgerPlan {
        try await lookUp(calls.next("plan"), attempt)
        return LedgerPlan(deal: deal, base: base?.version)
    }

    func stages(for plan: LedgerPlan) -> [Stage<LedgerPlan>] {
        Self.queues.map { queue in
            Stage(
                testQueue(queue), isFinal: finalQueues.contains(queue),
                [
                    LedgerStep(
                        instance: queue, target: plan.deal == "elsewhere" ? "elsewhere" : queue, ledger: ledger,
                        behaviour: behaviours[plan.deal == "elsewhere" ? "elsewhere" : queue] ?? .succeed,
                        undoBehaviour: undoBehaviours[queue] ?? .succeed, calls: calls, onRefusal: onRefusal,
                        power: plan.deal == "elsewhere" ? nil : powers[queue])
                ])
        }
    }

    func status(of standing: Standing, plan: LedgerPlan?) -> Status? { nil }
}

/// A queue of the fleet with a back-off that a test can wait for.
func testQueue(_ name: String, attempts: Int = 4) -> Queue {
    Queue(
        name: name, prefetch: 50, backoff: Backoff(base: .milliseconds(40), cap: .milliseconds(160), attempts: attempts)
    )
}
