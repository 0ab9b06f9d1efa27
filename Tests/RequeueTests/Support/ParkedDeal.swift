import Foundation
import PostgreSQL

/// A handoff that was parked at its second step, as a worker leaves it; the rows are written by the tables' owner.
struct ParkedDeal: Sendable {
    struct Step: Sendable {
        var name: String
        var state: String
        var externalID: String?
        var isFinal = false
    }

    var opportunity = "O-1"
    var contract = "C-1"
    var version = 1
    var kind = "complete"
    var direction = "do"
    var customer = "Acme GmbH"
    var total = 100_000
    var currency = "EUR"
    var incidentClass = "target_refused"
    var owner = "finance"
    var queue = "project-provisioning"
    var step = "create-project"
    var minutesAgo = 5
    var steps = [
        Step(name: "create-customer", state: "done", externalID: "CU-1"),
        Step(name: "create-project", state: "planned"),
        Step(name: "activate-project", state: "planned", isFinal: true),
    ]
    let handoff = UUID().uuidString.lowercased()
    let incident = UUID().uuidString.lowercased()

    /// The first characters of the incident's id.
    var short: String { String(incident.prefix(12)) }

    func insert(at desk: SupportDesk) async throws {
        let opened = "now() - interval '\(minutesAgo) minutes'"
        var script = """
            INSERT INTO handoffs (id, saga, opportunity, contract, version, kind, content_hash, correlation_id, state,
                queue, direction, cause, last_error, since, created_at, takeovers)
            VALUES ('\(handoff)', 'deal-handoff', '\(opportunity)', '\(contract)', \(version), '\(kind)', 'h',
                'corr-\(opportunity)', 'parked', '\(queue)', '\(direction)', '\(incidentClass)', 'ERP said no', \(opened),
                \(opened), 2);
            INSERT INTO deals VALUES ('\(handoff)', '{}', '\(customer)', \(total), '\(currency)');
            INSERT INTO incidents (id, cause, handoff_id, step, direction, queue, class, owner, blocking, story,
                correlation_id, opened_at)
            VALUES ('\(incident)', 'handoff/\(handoff)/\(step)/\(direction)/0', '\(handoff)', '\(step)', '\(direction)',
                '\(queue)', '\(incidentClass)', '\(owner)', true, 'the ERP said no', 'corr-\(opportunity)', \(opened));
            INSERT INTO journal (handoff_id, entry) VALUES ('\(handoff)', '{"step":"\(step)","what":"intent"}');

            """
        for (ordinal, step) in steps.enumerated() {
            let id = step.externalID.map { "'\($0)'" } ?? "NULL"
            script += """
                INSERT INTO steps (handoff_id, ordinal, name, queue, final, key, state, attempts, settled_at,
                    external_id, receipt)
                VALUES ('\(handoff)', \(ordinal), '\(step.name)', '\(queue)', \(step.isFinal),
                    '\(handoff)/\(step.name)', '\(step.state)', 3, now(), \(id), '{}');

                """
        }
        try await desk.schema.database.script(script)
    }

    /// What a worker writes when the step fails once more: a new incident of the same case.
    func failAgain(at desk: SupportDesk) async throws {
        try await desk.schema.database.script(
            """
            UPDATE handoffs SET state = 'parked', due_at = NULL, cause = '\(incidentClass)' WHERE id = '\(handoff)';
            INSERT INTO incidents (id, cause, handoff_id, step, direction, queue, class, owner, blocking, story,
                correlation_id, opened_at, case_id, round)
            SELECT gen_random_uuid(), 'handoff/' || h.id || '/\(step)/do/' || h.requeues, h.id, '\(step)', 'do',
                '\(queue)', '\(incidentClass)', '\(owner)', true, 'the ERP said no again', 'corr-\(opportunity)',
                clock_timestamp(), '\(incident)', h.requeues
            FROM handoffs h WHERE h.id = '\(handoff)';
            """)
    }
}

extension SupportDesk {
    /// Parks a deal, and answers it.
    @discardableResult
    func park(_ change: (inout ParkedDeal) -> Void = { _ in }) async throws -> ParkedDeal {
        var deal = ParkedDeal()
        change(&deal)
        try await deal.insert(at: self)
        return deal
    }
}
