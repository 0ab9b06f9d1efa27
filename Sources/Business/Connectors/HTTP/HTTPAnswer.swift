import FoundationEssentials
import Workers

/// What a target answered, not yet judged.
struct HTTPAnswer: Sendable {
    let status: Int
    /// What `Retry-After` says, where it says seconds.
    let retryAfter: Duration?
    let body: Data

    /// What a status that is no success means, nil for a success. `said` is the target's own reason, `incidentClass` the
    /// kind of mistake that it names, should it be a refusal.
    func failure(
        of target: String, said: String?, incidentClass: IncidentClass = .targetRefused
    ) -> (any Error)? {
        let reason = "\(status)" + (said.map { ": \($0)" } ?? "")
        return switch status {
        case 202: Unavailable(.accepted, target: target, retryAfter: retryAfter, reason: reason)
        case 200..<300: nil
        // The target read the request and will give the same answer to the same request.
        case 400, 404, 405, 409, 410, 413, 414, 415, 422: Refused(incidentClass, "\(target) answered \(reason)")
        case 429: Unavailable(.throttled, target: target, retryAfter: retryAfter, reason: reason)
        // Whoever stands before the target may say so after the target has done it.
        case 503 where retryAfter != nil:
            Unavailable(.throttled, target: target, retryAfter: retryAfter, reason: reason, leavesDoubt: true)
        default: Unavailable(.failure, target: target, retryAfter: retryAfter, reason: reason)
        }
    }

    /// Reads the body; one that is not as expected says nothing about what was done.
    func decoded<Value: Decodable>(_ type: Value.Type, from target: String) throws(Unavailable) -> Value {
        do {
            return try JSONDecoder().decode(type, from: body)
        } catch {
            // Not the error's text, which quotes the body.
            throw Unavailable(.failure, target: target, reason: "\(status) with a body that is no \(type)")
        }
    }
}
