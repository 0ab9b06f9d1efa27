/// Decides whether a request comes from the source that it claims to come from. Reads no clock and looks nothing up.
public protocol WebhookVerification: Sendable {
    /// Whether the body takes part: where it does not, the head alone proves who sent the request.
    var coversBody: Bool { get }
    /// Throws where the head alone, without any byte of the body, shows that the request is not genuine.
    func verifyHead(_ head: WebhookRequest, now: Duration) throws(WebhookRefusal)
    /// Returns when the request is genuine; `now` is the time since 1970 began, in UTC.
    func verify(_ request: WebhookRequest, now: Duration) throws(WebhookRefusal)
}

/// A request as it arrived, before anything was read out of it.
public struct WebhookRequest: Sendable {
    /// The method, in capital letters.
    public let method: String
    /// The whole public address with scheme, host and query, as the source was told to call it.
    public let url: String
    /// The names and values of the headers; a name may occur several times.
    public let headers: [(name: String, value: String)]
    /// The body's bytes, which a signature covers exactly as they came.
    public let body: [UInt8]

    /// Describes a request.
    public init(method: String, url: String, headers: [(name: String, value: String)], body: [UInt8]) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }

    /// Every value of the header, whatever case its name is in.
    func values(of header: String) -> [String] {
        headers.filter { $0.name.lowercased() == header.lowercased() }.map(\.value)
    }

    /// The header's value; a second one would let a proxy and this code look at different ones.
    func onlyValue(of header: String) throws(WebhookRefusal) -> String {
        let values = values(of: header)
        guard let value = values.first else { throw .missing(header) }
        guard values.count == 1 else { throw .ambiguous(header) }
        return value
    }

    /// The decoded values of the query's parameter.
    func values(ofParameter name: String) -> [String] {
        guard let query = url.utf8.firstIndex(of: UInt8(ascii: "?")) else { return [] }
        let pairs = url[url.index(after: query)...].prefix { $0 != "#" }.split(separator: "&")
        return pairs.compactMap { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard Percent.decoded(halves[0]) == name else { return nil }
            return halves.count == 2 ? Percent.decoded(halves[1]) : ""
        }
    }
}

/// Why a request is not taken; holds no part of a secret, a signature or a body.
public enum WebhookRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// The header or parameter that has to be there is absent.
    case missing(String)
    /// The header or parameter is there more than once.
    case ambiguous(String)
    /// The header is no time in milliseconds.
    case unreadableTime(String)
    /// The request was made outside of the window around now.
    case outsideWindow(Duration)
    /// The signature is not the one of these bytes under a known secret.
    case wrongSignature
    /// The shared secret is another one.
    case wrongSecret

    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .missing(let name): "\(name) is missing"
        case .ambiguous(let name): "\(name) is there more than once"
        case .unreadableTime(let name): "\(name) is no time in milliseconds"
        case .outsideWindow(let window): "the request is not from within \(window) around now"
        case .wrongSignature: "the signature is not of this request under a known secret"
        case .wrongSecret: "the shared secret is another one"
        }
    }
}
