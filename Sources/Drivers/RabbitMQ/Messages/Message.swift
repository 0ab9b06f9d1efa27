/// A message to publish.
public struct Message: Sendable, Equatable {
    /// The exchange; the empty name is the default exchange, which routes to the queue named by the routing key.
    public var exchange: String
    /// Where the exchange shall route the message.
    public var routingKey: String
    /// What travels with the body.
    public var properties: Properties
    /// The content.
    public var body: [UInt8]

    /// A message for `exchange`.
    public init(exchange: String, routingKey: String, properties: Properties = Properties(), body: [UInt8]) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.properties = properties
        self.body = body
    }
}

extension Message {
    /// The broker's own default limit; beyond it the whole channel is closed, with everybody's messages on it.
    static let longestBody = 134_217_728

    /// Why the protocol cannot carry the message, or nil.
    ///
    /// The library does not check: a text that is too long would corrupt the frame and cost the connection.
    func problem(frameMax: Int) -> String? {
        let short: [(String, String?)] = [
            ("exchange", exchange), ("routing key", routingKey), ("content type", properties.contentType),
            ("content encoding", properties.contentEncoding), ("message id", properties.messageID),
            ("correlation id", properties.correlationID), ("type", properties.type), ("app id", properties.appID),
            ("user id", properties.userID),
        ]
        for (name, text) in short {
            guard let text, text.utf8.count > 255 else { continue }
            return "the \(name) is \(text.utf8.count) bytes long, 255 are allowed"
        }
        if body.count > Self.longestBody {
            return "the body is \(body.count) bytes long, \(Self.longestBody) are allowed"
        }
        if properties.headers.isEmpty { return nil }
        if !properties.headers.hasShortKeys { return "a header's name is longer than 255 bytes" }
        let room = frameMax - FrameLayout.overhead - FrameLayout.widestPropertiesBesidesHeaders
        let size = properties.headers.encodedSize
        return size > room ? "the headers are \(size) bytes long, \(room) are allowed" : nil
    }
}
