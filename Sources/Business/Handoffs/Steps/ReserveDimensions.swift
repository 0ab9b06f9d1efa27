import Connectors
import Sagas
import Workers

/// The financial dimensions of the project, reserved in the ERP before there is a project: what does not go together is
/// refused while nothing hangs on it.
struct ReserveDimensions: Step {
    static let name = "reserve-dimensions"
    let dimensions: DimensionRecord
    let target = "ERP"
    let erp: any ERP

    func looksFirst(for plan: HandoffPlan) -> Bool { true }

    func find(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        try await findAll(for: plan, on: attempt).first.map(Found.present) ?? .absent
    }

    func findAll(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> [Receipt] {
        try await erp.findReservations(as: Call(for: attempt))
            .map { Receipt(externalID: $0, origin: .created) }
    }

    func find(_ externalID: String, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        guard try await erp.hasReservation(externalID, as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: externalID, origin: .created))
    }

    func perform(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Receipt {
        Receipt(externalID: try await erp.reserveDimensions(dimensions, as: Call(for: attempt)), origin: .created)
    }

    func compensate(_ receipt: Receipt, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Undone {
        try await erp.releaseDimensions(receipt.externalID, as: Call(for: attempt))
    }
}
