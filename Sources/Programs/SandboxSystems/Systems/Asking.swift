import Crypto
import Foundation

/// One request, read but not yet decided.
struct Asking: Sendable {
    let path: String
    let parameters: [String: String]
    let query: [String: String]
    let key: String?
    let correlationID: String?
    let body: Data
    let now: Date

    /// A decided request: runs under the state's lock.
    typealias Decision = @Sendable (inout World) throws -> Answer

    /// The part of the path called `name`.
    func part(_ name: String) throws(Refusal) -> String {
        guard let value = parameters[name], !value.isEmpty else {
            throw Refusal(.badRequest, "missing_part", "the path names no \(name)")
        }
        return value
    }

    /// A query parameter that must be there.
    func queried(_ name: String) throws(Refusal) -> String {
        guard let value = query[name], !value.isEmpty else {
            throw Refusal(.badRequest, "missing_query", "the query names no \(name)")
        }
        return value
    }

    /// The request as a write: with a key, a correlation id and a body of the right form.
    func written<Body: AskedBody>(_ type: Body.Type) throws -> Written<Body> {
        let asked: Body
        do {
            // An empty body stands for an empty object, which some verbs take.
            asked = try JSON.decoder.decode(type, from: body.isEmpty ? Data("{}".utf8) : body)
        } catch {
            throw Refusal(.badRequest, "wrong_body", "the body is not a \(type): \(error)")
        }
        guard let key = key ?? asked.externalReference, !key.isEmpty else {
            throw Refusal(.badRequest, "missing_key", "a write needs Idempotency-Key or externalReference")
        }
        guard let correlationID, !correlationID.isEmpty else {
            throw Refusal(.badRequest, "missing_correlation_id", "a write needs X-Correlation-ID")
        }
        try asked.check()
        let digest = SHA256.hash(data: try JSON.canonical.encode(asked))
        let hash = digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        return Written(key: key, correlationID: correlationID, body: asked, hash: hash, now: now)
    }
}

/// A request that wants an effect.
struct Written<Body: AskedBody>: Sendable {
    let key: String
    let correlationID: String
    let body: Body
    /// SHA-256 over the body in canonical form.
    let hash: String
    let now: Date
}
