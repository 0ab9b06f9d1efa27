/// The properties that travel with a message.
public struct Properties: Sendable, Equatable {
    /// The media type of the body.
    public var contentType: String?
    /// How the body is encoded on top of its media type.
    public var contentEncoding: String?
    /// The publisher's own identity of the message; returns are told apart by it.
    public var messageID: String?
    /// What the message belongs to.
    public var correlationID: String?
    /// The kind of message.
    public var type: String?
    /// The publishing application.
    public var appID: String?
    /// The publisher's login; the broker takes no message that names another.
    public var userID: String?
    /// Seconds since 1970.
    public var timestamp: UInt64?
    /// Whether the message survives a restart of the broker.
    public var isPersistent: Bool
    /// Everything else.
    public var headers: [String: HeaderValue]

    /// Properties of a persistent message unless said otherwise.
    public init(
        contentType: String? = nil, contentEncoding: String? = nil, messageID: String? = nil,
        correlationID: String? = nil, type: String? = nil, appID: String? = nil, userID: String? = nil,
        timestamp: UInt64? = nil, isPersistent: Bool = true, headers: [String: HeaderValue] = [:]
    ) {
        self.contentType = contentType
        self.contentEncoding = contentEncoding
        self.messageID = messageID
        self.correlationID = correlationID
        self.type = type
        self.appID = appID
        self.userID = userID
        self.timestamp = timestamp
        self.isPersistent = isPersistent
        self.headers = headers
    }

    /// The same properties without the broker's record of earlier dead-lettering, kept under `prefix` if one is given.
    ///
    /// A republished message that still carries the record is dropped by the broker without a word when it is
    /// dead-lettered into a queue it has been in before.
    public func withoutDeathHeaders(savedUnder prefix: String? = nil) -> Properties {
        var result = self
        for (name, value) in headers where Self.isDeathHeader(name) {
            result.headers[name] = nil
            if let prefix { result.headers[prefix + name] = value }
        }
        return result
    }

    private static func isDeathHeader(_ name: String) -> Bool {
        name == "x-death" || name.hasPrefix("x-first-death-") || name.hasPrefix("x-last-death-")
            || name == "x-delivery-count"
    }
}
