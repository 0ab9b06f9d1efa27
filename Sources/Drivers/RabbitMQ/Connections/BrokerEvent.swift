/// Something complete that the broker sent, copied out of the library's memory.
enum BrokerEvent {
    case delivery(Delivery)
    case returned(ReturnedMessage)
    case confirmed(number: UInt64, isMultiple: Bool)
    case rejected(number: UInt64, isMultiple: Bool)
    case consumerCancelled
    case blocked(reason: String)
    case unblocked
    case channelClosed(channel: UInt16, code: UInt16, text: String)
    case connectionClosed(code: UInt16, text: String)
    case reply(Reply)

    /// How much of a message's body it holds.
    var bytes: Int {
        if case .delivery(let delivery) = self { delivery.body.count } else { 0 }
    }
}

/// A message that no queue took, as far as it is needed to find it in the window.
struct ReturnedMessage: Equatable {
    var code: UInt16
    var text: String
    var exchange: String
    var routingKey: String
    var messageID: String?

    /// Whether `message` is the one that came back.
    func matches(_ message: Message) -> Bool {
        messageID == message.properties.messageID && routingKey == message.routingKey
            && exchange == message.exchange
    }
}

/// The broker's answer to a request on a channel.
struct Reply {
    var channel: UInt16
    /// The method's number in the protocol.
    var method: UInt32
    /// Set in the answer to a queue declaration.
    var depth: QueueDepth?
}
