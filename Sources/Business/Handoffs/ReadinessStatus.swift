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
    /// It was called off, and what had been made was taken back.
    case cancelled
    /// A person gave it up: nothing more comes, and what had been made is still there.
    case discarded
}

/// What the CRM shall say about a contract.
struct ReadinessStatus: Sendable, Codable, Equatable {
    var readiness: Readiness
    var waitingOn: String?
    var customerID: String?
    var projectID: String?
    var scheduleID: String?

    init(_ readiness: Readiness) {
        self.readiness = readiness
    }

    /// Of a deal whose event was refused: its owner has to send a better one.
    init(refusedFor incidentClass: IncidentClass) {
        self.init(.blocked)
        waitingOn = incidentClass.owner.rawValue
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
        case .compensated: self.init(.cancelled)
        case .discarded: self.init(.discarded)
        }
        customerID = standing.receipts[CreateCustomer.name]?.externalID
        projectID = standing.receipts[CreateProject.name]?.externalID
        scheduleID = standing.receipts[CreateBillingSchedule.name]?.externalID
    }

    /// What to tell the CRM, coalesced under one object a contract.
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

extension Readiness {
    /// Whether nobody works on the contract, so that what is asked about it is what it waits for.
    var isAtRest: Bool {
        switch self {
        case .received, .staffingReady, .cancelled, .discarded: true
        case .validating, .waiting, .provisioning, .projectReady, .billingReady, .blocked: false
        }
    }
}

extension OpenQuestion {
    /// In words, for people who sell.
    var sentence: String {
        let why =
            switch incidentClass {
            case .baseMissing: "waits for the version that it changes, which has not come"
            case .baseStale: "changes a version that can no longer come, and is not carried out"
            default: "waits for a decision (\(incidentClass.rawValue))"
            }
        return "change order \(version) \(why)"
    }
}

/// Tells the CRM how far its contracts are.
public struct CRMStatusWriter: StatusWriter {
    /// The name under which statuses for the CRM are stored.
    public static let target = "CRM"
    private let crm: any CRM

    /// Writes through the port `crm`.
    public init(crm: any CRM) {
        self.crm = crm
    }

    /// Writes the report unless the CRM has a newer one already. Where nothing else goes on, what people are asked blocks
    /// the contract; what stands of it is named all the same.
    public func write(_ report: StatusReport, on attempt: SagaAttempt) async throws {
        let readiness = try JSONDecoder().decode(ReadinessStatus.self, from: Data(report.content.utf8))
        let blocking = readiness.readiness.isAtRest ? report.questions.first : nil
        let asked = report.questions.map(\.sentence).joined(separator: "; ")
        let status = HandoffStatus(
            contract: report.contract.isEmpty ? nil : report.contract,
            state: (blocking == nil ? readiness.readiness : .blocked).rawValue,
            waitingOn: blocking?.incidentClass.owner.rawValue ?? readiness.waitingOn,
            since: report.since.formatted(.iso8601), nextTry: report.nextTry?.formatted(.iso8601),
            projectID: readiness.projectID, customerID: readiness.customerID, scheduleID: readiness.scheduleID,
            attention: asked.isEmpty ? nil : asked, sourceVersion: report.sourceVersion)
        try await crm.writeHandoff(status, opportunity: report.opportunity, as: Call(for: attempt))
    }
}
