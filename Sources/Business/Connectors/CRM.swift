/// The system in which the deal was won, and where sales look how far it is.
public protocol CRM: Sendable {
    /// Writes `status` as the `version`th state of the opportunity; succeeds when the CRM has a newer one already.
    func writeHandoff(
        _ status: HandoffStatus, version: Int64, opportunity: String, as call: Call
    ) async throws
}

/// How far a deal is, as the CRM shows it.
public struct HandoffStatus: Sendable, Codable, Equatable {
    /// One of the eight states.
    public let state: String
    /// Whose turn it is, where somebody's is.
    public let waitingOn: String?
    /// The ERP's project.
    public let projectID: String?
    /// The ERP's customer.
    public let customerID: String?
    /// The ERP's billing schedule.
    public let scheduleID: String?

    /// Describes how far a deal is.
    public init(state: String, waitingOn: String?, projectID: String?, customerID: String?, scheduleID: String?) {
        self.state = state
        self.waitingOn = waitingOn
        self.projectID = projectID
        self.customerID = customerID
        self.scheduleID = scheduleID
    }
}
