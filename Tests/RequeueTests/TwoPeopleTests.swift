import Foundation
import RabbitMQ
import Support
import Testing

/// Who asks for something and who approves it are two people, whatever either is called where.
@Suite struct TwoPeopleTests {
    @Test("SEC-F9 nobody approves what a login of his own published, or what he sent again", .timeLimit(.minutes(1)))
    func two() async throws {
        try await SupportDesk.with { desk in
            func waits(_ opportunity: String, publisher: String?) async throws -> String {
                let deal = try await desk.park { $0.opportunity = opportunity }
                let login = publisher.map { "'\($0)'" } ?? "NULL"
                try await desk.schema.database.script(
                    """
                    UPDATE incidents SET state = 'closed', resolution = 'requeued', closed_by = 'x'
                        WHERE handoff_id = '\(deal.handoff)';
                    UPDATE handoffs SET state = 'waiting', cause = 'approval:cancel:abc', due_at = now() + interval '1 d'
                        WHERE id = '\(deal.handoff)';
                    INSERT INTO events (source, event_id, content_hash, outcome, correlation_id, handoff_id, received_at,
                        publisher)
                    VALUES ('salesforce', 'event-\(opportunity)', 'h', 'accepted', 'c', '\(deal.handoff)', now(), \(login))
                    """)
                return deal.handoff
            }
            func approve(_ handoff: String, as login: String = TestServers.person) async throws -> Printed {
                try await desk.baton("approve", handoff, "--reason", "agreed", as: login)
            }
            // The broker vouches for a login that is named as a person is.
            let own = try await waits("O-own", publisher: TestServers.person)
            // The publisher says nothing, and its account is named as its source.
            let plain = try await waits("O-plain", publisher: nil)
            // A message that was refused once, and that a person sent again.
            let again = try await waits("O-again", publisher: "crm")
            let body = #"{"source":"salesforce","id":"event-O-again"}"#
            try await desk.schema.database.script(
                """
                INSERT INTO incidents (id, cause, queue, class, owner, blocking, story, correlation_id, body, headers,
                    opened_at)
                VALUES ('3b241101-e2bb-4255-8caf-4136c566a962', 'raw/deal-events/h/0', 'deal-events', 'unknown', 'integration',
                    false, 's', 'c', '\(body)', '{"exchange":"deals","routing_key":"salesforce.deal.cancelled.v1"}', now());
                """)
            #expect(try await desk.requeue("send", "3b241101", "--yes", "--even-so").status == 0)
            for handoff in [own, again] {
                let refused = try await approve(handoff)
                #expect(refused.status == 4, "\(refused.words)")
                #expect(refused.words.contains("anna asked for this, so somebody else has to decide it"))
                let bySQL = "SELECT decide_approval('\(handoff)', 'approved', 'r', 0)"
                #expect(try await desk.refusals(of: TestServers.person, [bySQL]) == ["42501"])
            }
            #expect(try await desk.value("SELECT count(*) FROM approvals") == "0")
            try await desk.withRole(in: "baton_support") { ben in
                for handoff in [own, again] {
                    let approved = try await approve(handoff, as: ben)
                    #expect(approved.status == 0, "\(approved.words)")
                }
            }
            #expect(try await approve(plain).status == 0)
            #expect(
                try await desk.value("SELECT string_agg(requester, ', ' ORDER BY requester) FROM approvals")
                    == "publisher:anna, publisher:crm, publisher:salesforce")
            #expect(try await desk.value("SELECT count(*) FROM acts WHERE act = 'approve'") == "3")
        }
    }
}
