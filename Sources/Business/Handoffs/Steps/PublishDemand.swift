import Connectors
import Sagas

/// Somebody whom the project needs, asked for in the PSA once the project is open for work.
struct PublishDemand: Step {
    static let name = "publish-demand"
    let demand: DemandRecord
    let target = "PSA"
    let psa: any PSA

    /// Role, skill, location and start, which no two demands of a plan share.
    var instance: String {
        // A skill may be written with a slash: two demands must not come to be one.
        [demand.role, demand.skill, demand.location, demand.start].map {
            $0.replacing("%", with: "%25").replacing("/", with: "%2F")
        }.joined(separator: "/")
    }

    func looksFirst(for plan: HandoffPlan) -> Bool { true }

    func find(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        try await findAll(for: plan, on: attempt).first.map(Found.present) ?? .absent
    }

    func findAll(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> [Receipt] {
        let project = try attempt.externalID(of: CreateProject.name)
        return try await psa.findDemands(project: project, as: Call(for: attempt))
            .map { Receipt(externalID: $0, origin: .created) }
    }

    func find(_ externalID: String, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        let project = try attempt.externalID(of: CreateProject.name)
        guard try await psa.hasDemand(externalID, project: project, as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: externalID, origin: .created))
    }

    func perform(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Receipt {
        let project = try attempt.externalID(of: CreateProject.name)
        let id = try await psa.publishDemand(demand, project: project, as: Call(for: attempt))
        return Receipt(externalID: id, origin: .created)
    }

    func compensate(_ receipt: Receipt, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Undone {
        let project = try attempt.externalID(of: CreateProject.name)
        return try await psa.withdrawDemand(receipt.externalID, project: project, as: Call(for: attempt))
    }
}
