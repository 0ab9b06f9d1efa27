import Deals

/// Reads what a step registered in Dataverse posts: one execution context, of one operation.
struct DynamicsReader: WebhookReader {
    let organisations: Set<String>

    func read(_ webhook: Webhook) async throws -> Reading {
        let context = try webhook.json()
        if !organisations.isEmpty {
            guard let organisation = context["OrganizationId"]?.string,
                organisations.contains(where: { $0.lowercased() == organisation.lowercased() })
            else { throw Problem(.notPermitted, "the organization is none of this source's `organisations`") }
        }
        guard let correlation = context["CorrelationId"]?.string, let operation = context["OperationId"]?.string else {
            throw Problem(.unreadable, "the body is no execution context: it has no CorrelationId and OperationId")
        }
        // One operation may be about many records, and a relay may read the row anew for each delivery.
        let record = context["PrimaryEntityId"]?.string ?? ""
        return Reading(events: [
            SourceEvent(
                id: SourceEvent.id(of: [correlation, operation, record], content: context),
                type: "dynamics.execution-context.v1", time: webhook.received, content: .data(context))
        ])
    }
}
