import Foundation
import Operations
import PostgreSQL

extension StoreEvidence {
    /// Reads everything through `database`, whose role needs no more than to read.
    public init(from database: Database) async throws {
        events = try await database.query(Self.eventRows).map(Event.init)
        handoffs = try await database.query(Self.handoffRows).map(Handoff.init)
        steps = try await database.query(Self.stepRows).map(Step.init)
        incidents = try await database.query(Self.incidentRows).map(Incident.init)
        claims = try await database.query(Self.claimRows).map(Claim.init)
        mirrors = try await database.query(Self.mirrorRows).map(Mirror.init)
        looks = try await database.query(Self.lookRows).map(Look.init)
        journal = try await database.query(Self.journalRows).map(Entry.init)
        brokenJournals = try await JournalAudit(database: database).verify().breaks.map {
            "entry \($0.seq) of handoff \($0.handoff): \($0.what)"
        }
    }

    private static let eventRows = Statement(
        unprepared: """
            SELECT source, event_id, outcome, reason, copies, opportunity, contract, version, handoff_id::text FROM events
            ORDER BY source, event_id
            """)
    private static let handoffRows = Statement(
        unprepared: """
            SELECT h.id::text, h.opportunity, h.contract, h.version, h.kind, h.state, h.cause, h.due_at IS NOT NULL,
                d.total_minor, d.currency
            FROM handoffs h LEFT JOIN deals d ON d.handoff_id = h.id ORDER BY h.opportunity, h.contract, h.version
            """)
    private static let stepRows = Statement(
        unprepared: """
            SELECT handoff_id::text, ordinal, name, queue, key, state, external_id, receipt->>'origin' FROM steps
            ORDER BY handoff_id, ordinal
            """)
    private static let incidentRows = Statement(
        unprepared: """
            SELECT id::text, cause, handoff_id::text, step, queue, class, blocking, state, due_at IS NOT NULL,
                headers->>'message_id'
            FROM incidents ORDER BY opened_at, id
            """)
    private static let claimRows = Statement(
        unprepared: "SELECT target, thing, natural_key, external_id FROM claims ORDER BY 1, 2, 3")
    private static let mirrorRows = Statement(
        unprepared: """
            SELECT opportunity, state, due_at IS NOT NULL, source_version, written_version FROM mirrors
            ORDER BY opportunity, target, object
            """)
    private static let lookRows = Statement(
        unprepared: """
            SELECT l.handoff_id::text, s.name, l.round, l.state
            FROM looks l JOIN steps s ON s.handoff_id = l.handoff_id AND s.ordinal = l.ordinal ORDER BY 1, 2, 3
            """)
    private static let journalRows = Statement(
        unprepared: """
            SELECT handoff_id::text, seq, extract(epoch FROM at)::float8, entry::jsonb->>'what', entry::jsonb->>'step',
                entry::jsonb->>'cause', (entry::jsonb->>'attempt')::integer
            FROM journal ORDER BY handoff_id, seq
            """)
}

extension StoreEvidence.Event {
    fileprivate init(_ row: Row) throws {
        self.init(
            source: try row.value(0), eventID: try row.value(1), outcome: try row.value(2), reason: try row.value(3),
            copies: Int(try row.value(4, as: Int32.self)), opportunity: try row.value(5), contract: try row.value(6),
            version: try row.value(7, as: Int32?.self).map(Int.init), handoff: try row.value(8))
    }
}

extension StoreEvidence.Handoff {
    fileprivate init(_ row: Row) throws {
        self.init(
            id: try row.value(0), opportunity: try row.value(1), contract: try row.value(2),
            version: Int(try row.value(3, as: Int32.self)), kind: try row.value(4), state: try row.value(5),
            cause: try row.value(6), hasDue: try row.value(7), totalMinor: try row.value(8), currency: try row.value(9))
    }
}

extension StoreEvidence.Step {
    fileprivate init(_ row: Row) throws {
        self.init(
            handoff: try row.value(0), ordinal: Int(try row.value(1, as: Int16.self)), name: try row.value(2),
            queue: try row.value(3), key: try row.value(4), state: try row.value(5), externalID: try row.value(6),
            origin: try row.value(7))
    }
}

extension StoreEvidence.Incident {
    fileprivate init(_ row: Row) throws {
        self.init(
            id: try row.value(0), cause: try row.value(1), handoff: try row.value(2), step: try row.value(3),
            queue: try row.value(4), incidentClass: try row.value(5), isBlocking: try row.value(6),
            state: try row.value(7), hasDue: try row.value(8), messageID: try row.value(9))
    }
}

extension StoreEvidence.Claim {
    fileprivate init(_ row: Row) throws {
        self.init(
            target: try row.value(0), thing: try row.value(1), naturalKey: try row.value(2),
            externalID: try row.value(3))
    }
}

extension StoreEvidence.Mirror {
    fileprivate init(_ row: Row) throws {
        self.init(
            opportunity: try row.value(0), state: try row.value(1), hasDue: try row.value(2),
            sourceVersion: try row.value(3), writtenVersion: try row.value(4))
    }
}

extension StoreEvidence.Look {
    fileprivate init(_ row: Row) throws {
        self.init(
            handoff: try row.value(0), step: try row.value(1), round: Int(try row.value(2, as: Int16.self)),
            state: try row.value(3))
    }
}

extension StoreEvidence.Entry {
    fileprivate init(_ row: Row) throws {
        self.init(
            handoff: try row.value(0), seq: Int(try row.value(1, as: Int32.self)), at: try row.value(2),
            what: try row.value(3), step: try row.value(4), cause: try row.value(5),
            attempt: try row.value(6, as: Int32?.self).map(Int.init))
    }
}
