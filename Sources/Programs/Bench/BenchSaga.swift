import FoundationEssentials
import Sagas
import Workers

/// The four-stage handoff with one step a stage, as the measurements need it: instant, or with a timer for a call.
struct BenchSaga: Saga {
    static let name = "bench"
    static let planningQueue = BenchSaga.queues[0]

    /// The queues of the fleet, with room for what one worker has in flight.
    static let queues = ["deal-events", "project-provisioning", "billing-schedules", "status-feedback"].map {
        Queue(
            name: $0, prefetch: 200, backoff: Backoff(base: .seconds(1), cap: .seconds(60), attempts: 8))
    }

    /// How long each call takes, and how many a step makes one after the other.
    let callTime: Duration
    let calls: Int

    struct Plan: Codable, Sendable {
        var handoff: UUID
    }

    func plan(
        _ deal: String, for handoff: UUID, upon base: Base<Plan>?, on attempt: PlanningAttempt
    ) async throws -> Plan { Plan(handoff: handoff) }

    func stages(for plan: Plan) -> [Stage<Plan>] {
        Self.queues.map { Stage($0, [BenchStep(instance: $0.name, callTime: callTime, calls: calls)]) }
    }

    func status(of standing: Standing, plan: Plan?) -> Status? { nil }
}

/// A step that takes its time and always succeeds.
struct BenchStep: Step {
    static let name = "bench"
    let instance: String
    let target = "TIMER"
    let callTime: Duration
    let calls: Int

    func find(for plan: BenchSaga.Plan, on attempt: SagaAttempt) async throws -> Found { .absent }

    func find(_ externalID: String, for plan: BenchSaga.Plan, on attempt: SagaAttempt) async throws -> Found {
        .absent
    }

    func compensate(_ receipt: Receipt, for plan: BenchSaga.Plan, on attempt: SagaAttempt) async throws -> Undone {
        .undone
    }

    func perform(for plan: BenchSaga.Plan, on attempt: SagaAttempt) async throws -> Receipt {
        if callTime > .zero {
            for _ in 0..<calls { try await Task.sleep(for: callTime) }
        }
        return Receipt(externalID: attempt.key, origin: .created)
    }
}

/// Takes the bench's own events: as large as a real deal's, and recorded in the same way.
struct BenchIntake: Worker {
    static let queue = BenchSaga.planningQueue
    let admissions: any Admissions

    private struct Event: Decodable {
        var id: String
        var data: String
    }

    func handle(_ message: RawMessage, on attempt: Attempt) async throws {
        let event = try JSONDecoder().decode(Event.self, from: Data(message.body))
        _ = try await admissions.admit(
            Arrival(
                source: "bench", eventID: event.id, correlationID: event.id, opportunity: event.id, contract: "C",
                version: 1, body: event.data, contentHash: event.id, customer: "Bench", totalMinor: 1,
                currency: "EUR"))
    }
}
