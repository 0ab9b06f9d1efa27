/// A secret that comes along unchanged, in a header or in the query.
///
/// It proves less than a signature: whoever reads one request can send others. It is for sources that sign nothing
/// (Dataverse, a relay before Salesforce), over TLS only.
public struct SharedSecretVerification: WebhookVerification {
    /// Where the secret is.
    public enum Place: Sendable, Hashable {
        /// The value of the header.
        case header(String)
        /// The value of the query's parameter.
        case parameter(String)
    }

    private let place: Place
    private let secrets: [Secret]

    /// Takes requests that carry one of `secrets` there; two are for the time while one replaces the other.
    public init(in place: Place, oneOf secrets: [Secret]) {
        self.place = place
        self.secrets = secrets
    }

    /// The secret stands in the head.
    public var coversBody: Bool { false }

    /// Returns when the secret is one of those expected; the time plays no part.
    public func verifyHead(_ head: WebhookRequest, now: Duration) throws(WebhookRefusal) {
        try verify(head, now: now)
    }

    /// Returns when the secret is one of those expected; the time plays no part.
    public func verify(_ request: WebhookRequest, now: Duration) throws(WebhookRefusal) {
        let value: String
        switch place {
        case .header(let name): value = try request.onlyValue(of: name)
        case .parameter(let name):
            let values = request.values(ofParameter: name)
            guard let first = values.first else { throw .missing("parameter \(name)") }
            guard values.count == 1 else { throw .ambiguous("parameter \(name)") }
            value = first
        }
        // Each is compared, so that the time does not tell which one was right.
        let matches = secrets.filter { $0.equals(value) }
        guard !matches.isEmpty else { throw .wrongSecret }
    }
}
