import Connectors
import FoundationEssentials
import Sagas
import Workers

/// How far a deal is, as the CRM shows it.
public enum Readiness: String, Sendable, Codable, CaseIterable {
    /// The deal has arrived.
    case received
    /// It is being checked and planned.
    case validating
    /// Something outside must happen first.
    case waiting
    /// Customer, project and tasks are being made.
    case provisioning
    /// The project is there; billing is being made.
    case projectReady = "project ready"
    /// The billing schedule is there.
    case billingReady = "billing ready"
    /// The project is active and can be staffed.
    case staffingReady = "staffing ready"
    /// A person was asked.
    case blocked
}

/// What the CRM shall say about an opportunity.
struct ReadinessStatus: Sendable, Codable, Equatable {
    var readiness: Readiness
    var waitingOn: String?
    var customerID: String?
    var projectID: String?
    var scheduleID: String?

    init(_ readiness: Readiness) {
        self.readiness = readiness
    }

    /// Every standing has a readiness; what was made so far is named with it.
    init?(of standing: Standing) {
        switch standing.state {
        case .under(let queue):
            guard let readiness = Self.readiness(under: queue) else { return nil }
            self.init(readiness)
        case .waiting(.approval, _):
            self.init(.waiting)
            waitingOn = "approval"
        case .waiting(_, let step):
            self.init(.waiting)
            waitingOn = Self.system(of: step)
        case .parked(let incidentClass):
            self.init(.blocked)
            waitingOn = incidentClass.owner.rawValue
        case .finished: self.init(.staffingReady)
        case .undoing:
            self.init(.waiting)
            waitingOn = "cancellation"
        case .compensated:
            self.init(.blocked)
            waitingOn = "cancelled"
        }
        customerID = standing.receipts[CreateCustomer.name]?.externalID
        projectID = standing.receipts[CreateProject.name]?.externalID
        scheduleID = standing.receipts[CreateBillingSchedule.name]?.externalID
    }

    /// What to tell the CRM, coalesced under one object an opportunity.
    var status: Status {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings only: there is nothing in it that JSON cannot say.
        let json = (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
        return Status(target: CRMStatusWriter.target, object: "handoff", queue: .statusFeedback, content: json)
    }

    private static func readiness(under queue: String) -> Readiness? {
        switch queue {
        case Queue.dealEvents.name: .validating
        case Queue.projectProvisioning.name: .provisioning
        case Queue.billingSchedules.name: .projectReady
        case Queue.statusFeedback.name: .billingReady
        default: nil
        }
    }

    private static func system(of step: String) -> String {
        switch step.prefix(while: { $0 != "/" }) {
        case CreateParentCustomer.name[...], CreateCustomer.name[...], CreateContact.name[...],
            ReserveDimensions.name[...], CreateProject.name[...], CreateBillingSchedule.name[...],
            EndBillingSchedule.name[...]:
            "ERP"
        case CreateTasks.name[...], ActivateProject.name[...], PublishDemand.name[...]: "PSA"
        default: step
        }
    }
}

/// Tells the CRM how far its opportunities are.
public struct CRMStatusWriter: StatusWriter {
    /// The name under which statuses for the CRM are stored.
    public static let target = "CRM"
    private let crm: any CRM

    /// Writes through the port `crm`.
    public init(crm: any CRM) {
        self.crm = crm
    }

    /// Writes the report unless the CRM has a newer one already.
    public func write(_ report: StatusReport, on attempt: SagaAttempt) async throws {
        let readiness = try JSONDecoder().decode(ReadinessStatus.self, from: Data(report.content.utf8))
        let status = HandoffStatus(
            state: readiness.readiness.rawValue, waitingOn: readiness.waitingOn,
            since: report.since.formatted(.iso8601), nextTry: report.nextTry?.formatted(.iso8601),
            projectID: readiness.projectID,
            customerID: readiness.customerID, scheduleID: readiness.scheduleID, sourceVersion: report.sourceVersion)
        try await crm.writeHandoff(status, opportunity: report.opportunity, as: Call(for: attempt))
    }
}
