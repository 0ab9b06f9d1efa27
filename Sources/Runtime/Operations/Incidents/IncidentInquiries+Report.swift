import FoundationEssentials
import PostgreSQL

extension IncidentInquiries {
    /// Gathers everything about `line`; the message's bytes only when they are asked for.
    public func report(on line: IncidentLine, withBody: Bool) async throws -> IncidentReport {
        let rounds = try await database.query(IncidentStatements.ofCase, line.caseID)
            .map { try $0.value(0, as: RowID.self) }
        return IncidentReport(
            line: line, sightings: try await sightings(of: line.incident),
            words: try await words(of: line.incidentClass), standing: try await standing(of: line.handoff),
            steps: try await steps(of: line.handoff), journal: try await journal(of: line.handoff),
            acts: try await ActLog(database: database).entries(
                about: ActLog.Subject(incidents: rounds, handoff: line.handoff)),
            rounds: try await lines(rounds), message: try await message(of: line.incident, withBody: withBody))
    }

    func words(of incidentClass: String) async throws -> IncidentReport.Words? {
        try await database.query(IncidentStatements.words, incidentClass).first.map { row in
            IncidentReport.Words(
                what: try row.value(1), who: try row.value(2), fixWhere: try row.value(3), next: try row.value(4),
                retry: try row.value(5))
        }
    }

    private func sightings(of incident: RowID) async throws -> IncidentReport.Sightings {
        guard let row = try await database.query(IncidentStatements.sightings, incident).first else {
            return .init(said: nil, wasMovedByHand: false)
        }
        return .init(said: try row.value(0), wasMovedByHand: try row.value(1))
    }

    private func standing(of handoff: RowID?) async throws -> IncidentReport.Standing? {
        guard let handoff else { return nil }
        return try await database.query(IncidentStatements.handoff, handoff).first.map { row in
            IncidentReport.Standing(
                state: try row.decode("state"), kind: try row.decode("kind"), direction: try row.decode("direction"),
                queue: try row.decode("queue"), since: try row.decode("since"),
                requeues: Int(try row.decode("requeues", as: Int32.self)), lastError: try row.decode("last_error"))
        }
    }

    private func steps(of handoff: RowID?) async throws -> [IncidentReport.Step] {
        guard let handoff else { return [] }
        return try await database.query(SituationStatements.steps, handoff).map { row in
            IncidentReport.Step(
                handoff: try row.decode("handoff_id"), step: try row.decode("name"), state: try row.decode("state"),
                failedAttempts: Int(try row.decode("attempts", as: Int32.self)),
                externalID: try row.decode("external_id"),
                cameToBe: try row.decode("came_to_be"), keptBecause: try row.decode("kept_because"))
        }
    }

    private func journal(of handoff: RowID?) async throws -> [IncidentReport.Entry] {
        guard let handoff else { return [] }
        return try await database.query(IncidentStatements.journal, handoff).map { row in
            IncidentReport.Entry(at: try row.value(0), actor: try row.value(1), entry: try row.value(2))
        }
    }

    private func message(of incident: RowID, withBody: Bool) async throws -> IncidentReport.RawMessage? {
        guard let row = try await database.query(IncidentStatements.message, incident).first,
            let bytes = try row.value(2, as: Int32?.self)
        else { return nil }
        let origin = try row.value(1, as: String?.self).map {
            try JSONDecoder().decode([String: String].self, from: Data($0.utf8))
        }
        return IncidentReport.RawMessage(
            origin: origin ?? [:], bytes: Int(bytes), body: withBody ? try row.value(0, as: [UInt8]?.self) : nil)
    }
}
