import Connectors
import Sagas
import Testing

/// Every verb of the ports that takes an effect back.
enum Inverse: String, CaseIterable, Sendable {
    case deleteContact = "delete_contact"
    case releaseDimensions = "release_dimensions"
    case deleteProject = "delete_project"
    case cancelBillingSchedule = "cancel_billing_schedule"
    case deleteTasks = "delete_tasks"
    case deactivateProject = "deactivate_project"
    case withdrawDemand = "withdraw_demand"

    /// Those whose things have no idempotency at the targets.
    static let ofKeyless: [Inverse] = [
        .deleteContact, .releaseDimensions, .deleteProject, .deleteTasks, .withdrawDemand,
    ]

    var target: String {
        switch self {
        case .deleteContact, .releaseDimensions, .deleteProject, .cancelBillingSchedule: "ERP"
        case .deleteTasks, .deactivateProject, .withdrawDemand: "PSA"
        }
    }

    /// The verb whose effect it takes back.
    var verb: Verb {
        switch self {
        case .deleteContact: .createContact
        case .releaseDimensions: .reserveDimensions
        case .deleteProject: .createProject
        case .cancelBillingSchedule: .createBillingSchedule
        case .deleteTasks: .createTasks
        case .deactivateProject: .activateProject
        case .withdrawDemand: .publishDemand
        }
    }

    /// Makes the thing that it takes back, and returns its id.
    func make(_ targets: Targets, _ ground: Ground) async throws -> String {
        guard self == .cancelBillingSchedule else {
            return try #require(try await verb.perform(targets, ground, as: call("made")))
        }
        var found: Found?
        while true {
            if case .present(let receipt) = found { return receipt.externalID }
            if found == nil { _ = try? await verb.perform(targets, ground, as: call("made")) }
            found = try await targets.erp.findBillingSchedule(as: call("made"))
        }
    }

    func undo(_ id: String, _ targets: Targets, _ ground: Ground, as call: Call) async throws -> Undone {
        switch self {
        case .deleteContact: try await targets.erp.deleteContact(id, customer: ground.customer, as: call)
        case .releaseDimensions: try await targets.erp.releaseDimensions(id, as: call)
        case .deleteProject: try await targets.erp.deleteProject(id, as: call)
        case .cancelBillingSchedule: try await targets.erp.cancelBillingSchedule(id, as: call)
        case .deleteTasks: try await targets.psa.deleteTasks(id, project: ground.project, as: call)
        case .deactivateProject: try await targets.psa.deactivateProject(ground.project, as: call)
        case .withdrawDemand: try await targets.psa.withdrawDemand(id, project: ground.project, as: call)
        }
    }

    /// Whether the thing is there, by id and by the key that it was made with: both must say the same.
    func isThere(_ id: String, _ targets: Targets, _ ground: Ground) async throws -> Bool {
        let byID: Bool
        let byKey: Bool
        switch self {
        case .deleteContact:
            byID = try await targets.erp.hasContact(id, customer: ground.customer, as: call("has"))
            byKey = try await targets.erp.findContacts(customer: ground.customer, as: call("made")).first == id
        case .releaseDimensions:
            byID = try await targets.erp.hasReservation(id, as: call("has"))
            byKey = try await targets.erp.findReservations(as: call("made")).first == id
        case .withdrawDemand:
            byID = try await targets.psa.hasDemand(id, project: ground.project, as: call("has"))
            byKey = try await targets.psa.findDemands(project: ground.project, as: call("made")).first == id
        case .deleteProject:
            byID = try await targets.erp.hasProject(id, as: call("has"))
            byKey = try await targets.erp.findProjects(as: call("made")).first == id
        case .cancelBillingSchedule:
            byID = try await targets.erp.hasBillingSchedule(id, as: call("has"))
            byKey = try await targets.erp.findBillingSchedule(as: call("made")) != .absent
        case .deleteTasks:
            byID = try await targets.psa.hasTasks(id, project: ground.project, as: call("has"))
            byKey = try await targets.psa.findTaskLists(project: ground.project, as: call("made")).first == id
        case .deactivateProject:
            byKey = try await targets.psa.findActivation(of: ground.project, as: call("has")) == id
            byID = byKey
        }
        #expect(byID == byKey)
        return byID
    }
}
