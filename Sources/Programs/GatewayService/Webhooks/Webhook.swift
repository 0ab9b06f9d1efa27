import Deals
import Mappings

/// One request of a source, as it came: signatures are made over exactly these bytes.
struct Webhook: Sendable {
    /// What the verification sees.
    let request: WebhookRequest
    /// When it came, in milliseconds since 1970.
    let receivedAt: Int64
    /// The moment after which nothing may be waited for any more.
    let deadline: ContinuousClock.Instant
    /// The moment after which nothing may be computed any more.
    let computesUntil: ContinuousClock.Instant

    /// Whether reading may go on: nobody waits for the answer to what was given up.
    var mayCompute: @Sendable () -> Bool {
        let end = computesUntil
        return { ContinuousClock.now < end && !Task.isCancelled }
    }

    /// Throws ``Problem`` where the time for computing is over.
    func checkTime() throws(Problem) {
        guard mayCompute() else { throw Problem(.unavailable, "reading it took longer than a request may compute") }
    }

    /// The value of a header; nil where it is absent.
    func header(_ name: String) -> String? {
        request.headers.first { $0.name.lowercased() == name }?.value
    }

    /// The media type without its parameters, in small letters.
    var mediaType: String? {
        header("content-type")?.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
    }

    /// The trace that the caller is in, where it has the only length that there is.
    var traceparent: String? { header("traceparent").flatMap { $0.utf8.count == 55 ? $0 : nil } }

    /// When it came, for sources that do not say when something happened.
    var received: Timestamp {
        guard let time = Timestamp(millisecondsSince1970: receivedAt) else {
            preconditionFailure("the machine's clock is outside of the calendar: \(receivedAt) ms since 1970")
        }
        return time
    }

    /// The body as JSON that can be passed on. Throws ``Problem`` for one that is none.
    func json() throws(Problem) -> JSON {
        let json = try entries()
        guard json.isWritable else { throw Problem(.unreadable, "the body has a number that is too large to be one") }
        return json
    }

    /// The body as JSON, whose entries may hold what cannot be passed on. Throws ``Problem`` for one that is none.
    func entries() throws(Problem) -> JSON {
        do {
            return try JSON(reading: request.body, while: mayCompute)
        } catch {
            try checkTime()
            throw Problem(.unreadable, "the body \(error.findings.first?.text ?? "is no JSON")")
        }
    }
}
