import FoundationEssentials
import PostgreSQL
import Sagas

/// A wish to make a thing that deals share.
package struct ClaimRequest: Sendable {
    package var handoff: UUID
    package var token: Int64
    package var claim: Claim
    /// The key of the step that asks.
    package var holder: String
    /// For how long nobody else may make it: a look, and then a call until it is settled.
    package var time: Duration
}

/// What a claim came to.
package enum ClaimAnswer: Sendable, Equatable {
    /// The thing is there.
    case exists(Receipt)
    /// The asker makes it; where somebody else had begun to, a read-back comes first.
    case granted(mustLookFirst: Bool)
    /// Somebody else is making it.
    case busy
}

/// Claims on shared things: taken in the order of their keys, one holder at a time.
struct ClaimTransactions: Sendable {
    let database: Database

    private static let take = Statement(
        "take_claims",
        """
        INSERT INTO claims AS c (target, thing, natural_key, holder, settled_at)
        SELECT DISTINCT ON (w.target, w.thing, w.natural_key) w.target, w.thing, w.natural_key, w.holder,
            clock(clock_timestamp()) + w.settles_ms * interval '1 millisecond'
        FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
            AS w(id, token, target, thing, natural_key, holder, settles_ms)
        \(OwnerStatements.owned)
        ORDER BY w.target, w.thing, w.natural_key
        ON CONFLICT (target, thing, natural_key) DO UPDATE
            SET holder = excluded.holder, settled_at = excluded.settled_at
            WHERE c.external_id IS NULL AND c.settled_at <= clock(now())
        RETURNING c.holder, xmax <> 0 AS taken_over
        """)

    private static let known = Statement(
        "known_claims",
        """
        SELECT c.target, c.thing, c.natural_key, c.external_id, c.content_hash
        FROM claims c JOIN unnest($1::text[], $2::text[], $3::text[]) AS w(target, thing, natural_key)
            ON c.target = w.target AND c.thing = w.thing AND c.natural_key = w.natural_key
        WHERE c.target = ANY($1::text[]) AND c.thing = ANY($2::text[]) AND c.natural_key = ANY($3::text[])
            AND c.external_id IS NOT NULL
        """)

    /// Asks for all claims together and answers each, in order.
    func take(_ requests: [ClaimRequest]) async throws -> [ClaimAnswer] {
        let claims = requests.map(\.claim)
        let rows = try await database.pipeline([
            Command(
                Self.take, requests.map(\.handoff), requests.map(\.token), claims.map(\.target), claims.map(\.thing),
                claims.map(\.naturalKey), requests.map(\.holder),
                requests.map(\.time.milliseconds)),
            Command(Self.known, claims.map(\.target), claims.map(\.thing), claims.map(\.naturalKey)),
        ])
        var granted: [String: Bool] = [:]
        for row in rows[0] { granted[try row.value(0, as: String.self)] = try row.value(1, as: Bool.self) }
        var existing: [String: Receipt] = [:]
        for row in rows[1] {
            let claim = Claim(
                target: try row.value(0, as: String.self), thing: try row.value(1, as: String.self),
                naturalKey: try row.value(2, as: String.self))
            existing[claim.key] = Receipt(
                externalID: try row.value(3, as: String.self), origin: .linked,
                contentHash: try row.value(4, as: String?.self))
        }
        return requests.map { request in
            if let receipt = existing[request.claim.key] { return .exists(receipt) }
            if let wasTakenOver = granted[request.holder] { return .granted(mustLookFirst: wasTakenOver) }
            return .busy
        }
    }
}
