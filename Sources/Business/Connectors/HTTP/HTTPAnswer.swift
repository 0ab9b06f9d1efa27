import FoundationEssentials
import Workers

/// What a target answered, not yet judged.
struct HTTPAnswer: Sendable {
    let status: Int
    /// What `Retry-After` says, where it says seconds.
    let retryAfter: Duration?
    let body: Data

    /// What a status that is no success means, nil for a success. `code` is one of the target's codes that its adapter
    /// knows, `said` its own words, which may be about anybody; `incidentClass` is the kind of mistake, should it be a
    /// refusal.
    func failure(
        of target: String, code: String? = nil, said: String?, incidentClass: IncidentClass = .targetRefused
    ) -> (any Error)? {
        let reason = "\(status)" + (code.map { " \($0)" } ?? "")
        return switch status {
        case 202: Unavailable(.accepted, target: target, retryAfter: retryAfter, reason: reason, said: said)
        case 200..<300: nil
        // The target read the request and will give the same answer to the same request.
        case 400, 404, 405, 409, 410, 413, 414, 415, 422:
            Refused(incidentClass, "\(target) answered \(reason)", said: said)
        case 429: Unavailable(.throttled, target: target, retryAfter: retryAfter, reason: reason, said: said)
        // Whoever stands before the target may say so after the target has done it.
        case 503 where retryAfter != nil:
            Unavailable(
                .throttled, target: target, retryAfter: retryAfter, reason: reason, said: said, leavesDoubt: true)
        default: Unavailable(.failure, target: target, retryAfter: retryAfter, reason: reason, said: said)
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
