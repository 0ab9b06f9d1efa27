/// The announcement that a deal has become a billable project.
public struct HandoffReady: Sendable, Hashable {
    /// The event's type on the wire.
    public static let type = "handoff.ready.v1"
    /// The handoff.
    public let handoff: String
    /// The deal version.
    public let key: Deal.Key
    /// The customer's id in the ERP.
    public let customerID: String
    /// The project's id in the PSA.
    public let projectID: String
    /// The billing schedule's id in the ERP.
    public let scheduleID: String
    /// The id that follows the deal everywhere.
    public let correlationID: String

    /// Announces a finished handoff.
    public init(
        handoff: String, key: Deal.Key, customerID: String, projectID: String, scheduleID: String,
        correlationID: String
    ) {
        self.handoff = handoff
        self.key = key
        self.customerID = customerID
        self.projectID = projectID
        self.scheduleID = scheduleID
        self.correlationID = correlationID
    }

    /// The event as it goes over the wire, under an id and a time of the caller's.
    public func encoded(id: String, time: Timestamp) -> [UInt8] {
        let data: JSON = [
            "handoff": .string(handoff), "opportunity": .string(key.opportunity), "contract": .string(key.contract),
            "version": .integer(Int64(key.version)), "customerId": .string(customerID),
            "projectId": .string(projectID), "scheduleId": .string(scheduleID),
            "correlationId": .string(correlationID),
        ]
        return AnswerEvent.bytes(
            id: id, time: time, type: Self.type, subject: key, correlationID: correlationID, data: data)
    }
}
