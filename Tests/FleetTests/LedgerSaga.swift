import FoundationEssentials
import Sagas
import Synchronization
import Workers

@testable import Fleet

/// What the ledger's steps did, by key: the whole correctness claim in one place.
final class Ledger: Sendable {
    private let effects = Mutex<[String: Int]>([:])

    func write(_ key: String) { effects.withLock { $0[key, default: 0] += 1 } }
    func erase(_ key: String) { effects.withLock { $0[key] = nil } }
    func holds(_ key: String) -> Bool { effects.withLock { $0[key] != nil } }
    var counts: [Int] { effects.withLock { Array($0.values) } }
}

/// How a step's call ends, decided by the test.
enum Behaviour: Sendable {
    case succeed
    case throwing(@Sendable (_ call: Int) -> (any Error)?)
    /// The effect is made, the answer is lost.
    case loseAnswer(@Sendable (_ call: Int) -> Bool)
}

struct LedgerPlan: Codable, Sendable { var deal: String }

struct LedgerStep: Step {
    static let name = "ledger"
    let instance: String
    let target = "LEDGER"
    let ledger: Ledger
    let behaviour: Behaviour
    let calls: CallCounter
    var timing: CallTiming { CallTiming(budget: .milliseconds(200), settle: .milliseconds(100)) }

    func find(for plan: LedgerPlan, on attempt: SagaAttempt) async throws -> Found {
        ledger.holds(attempt.key) ? .present(Receipt(externalID: attempt.key, origin: .created)) : .absent
    }

    func find(_ externalID: String, for plan: LedgerPlan, on attempt: SagaAttempt) async throws -> Found {
        ledger.holds(externalID) ? .present(Receipt(externalID: externalID, origin: .created)) : .absent
    }

    func compensate(_ receipt: Receipt, for plan: LedgerPlan, on attempt: SagaAttempt) async throws -> Undone {
        ledger.erase(receipt.externalID)
        return .undone
    }

    func perform(for plan: LedgerPlan, on attempt: SagaAttempt) async throws -> Receipt {
        let call = calls.next(instance)
        switch behaviour {
        case .succeed: break
        case .throwing(let error): if let error = error(call) { throw error }
        case .loseAnswer(let isLost):
            ledger.write(attempt.key)
            if isLost(call) { throw Unavailable(.failure, target: target, reason: "the answer was lost") }
            return Receipt(externalID: attempt.key, origin: .created)
        }
        ledger.write(attempt.key)
        return Receipt(externalID: attempt.key, origin: .created)
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

struct LedgerSaga: Saga {
    static let name = "ledger"
    static let planningQueue = testQueue("deal-events")
    let ledger = Ledger()
    let calls = CallCounter()
    var behaviours: [String: Behaviour] = [:]

    func plan(_ deal: String, for handoff: UUID, upon base: Base<LedgerPlan>?) throws -> LedgerPlan {
        LedgerPlan(deal: deal)
    }

    func stages(for plan: LedgerPlan) -> [Stage<LedgerPlan>] {
        ["project-provisioning", "billing-schedules", "status-feedback"].map { queue in
            Stage(
                testQueue(queue),
                [
                    LedgerStep(
                        instance: queue, ledger: ledger, behaviour: behaviours[queue] ?? .succeed, calls: calls)
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
