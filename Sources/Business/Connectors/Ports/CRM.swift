/// The system in which deals are sold, which is told how far their handoffs are.
public protocol CRM: Sendable {
    /// Writes the whole status of one of an opportunity's contracts; where the CRM has a newer one of it, that stays.
    func writeHandoff(_ status: HandoffStatus, opportunity: String, as call: Call) async throws
}
