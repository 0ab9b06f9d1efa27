import FoundationEssentials
import PostgreSQL
import Sagas

/// An earlier version of a contract that stands: it finished whole, or a person gave it up and kept what it had made.
package struct StandingVersion: Sendable, Equatable {
    package var version: Int
    /// Whether a person gave it up.
    package var isGivenUp: Bool
    /// What its steps left behind, by label.
    package var receipts: [String: Receipt]

    package init(version: Int, isGivenUp: Bool, receipts: [String: Receipt]) {
        self.version = version
        self.isGivenUp = isGivenUp
        self.receipts = receipts
    }

    /// How the contract stands when only this is left of it.
    func standing(of opportunity: String) -> Standing {
        Standing(state: isGivenUp ? .discarded : .finished, opportunity: opportunity, receipts: receipts)
    }
}

extension StandingVersion {
    /// The highest version below each of these handoffs that stands: whole, or kept by a person, and not called off.
    static let below = Statement(
        "standing_versions",
        """
        SELECT h.id, e.version, e.state = 'discarded', s.name, s.receipt
        FROM handoffs h CROSS JOIN LATERAL (
            SELECT v.id, v.version, v.state FROM handoffs v
            WHERE v.opportunity = h.opportunity AND v.contract = h.contract AND v.version < h.version
                AND v.kind <> 'cancel'
                AND (v.state = 'finished' AND NOT EXISTS (SELECT FROM steps u WHERE u.handoff_id = v.id
                        AND u.state IN ('undoing', 'undone', 'kept'))
                    OR v.state = 'discarded' AND EXISTS (SELECT FROM steps k WHERE k.handoff_id = v.id
                        AND k.state = 'kept'))
                AND NOT EXISTS (SELECT FROM handoffs c WHERE c.opportunity = h.opportunity AND c.contract = h.contract
                    AND c.kind = 'cancel' AND c.state = 'compensated' AND c.version > v.version
                    AND c.version < h.version)
            ORDER BY v.version DESC LIMIT 1) AS e
        JOIN steps s ON s.handoff_id = e.id AND s.receipt IS NOT NULL AND s.state IN ('done', 'kept')
        WHERE h.id = ANY($1::uuid[]) AND h.version > 1
        ORDER BY h.id, s.ordinal
        """)

    /// Reads the rows of `below`.
    static func read(_ rows: [Row]) throws -> [UUID: StandingVersion] {
        var versions: [UUID: StandingVersion] = [:]
        for row in rows {
            let id = try row.value(0, as: UUID.self)
            var version =
                try versions[id]
                ?? StandingVersion(
                    version: Int(row.value(1, as: Int32.self)), isGivenUp: row.value(2, as: Bool.self), receipts: [:])
            version.receipts[try row.value(3, as: String.self)] = try Receipt(
                json: try row.value(4, as: JSONText.self).text)
            versions[id] = version
        }
        return versions
    }
}
