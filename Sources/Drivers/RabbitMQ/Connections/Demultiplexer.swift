import CRabbitMQ

/// Puts frames together to events, channel by channel.
///
/// The library's own readers handle one kind of frame at a time and wait without a deadline for the rest of a
/// message. Everything is copied here, so the library's buffers can be released after each drain.
struct Demultiplexer {
    /// A message whose header or body is still on its way.
    private struct Partial {
        enum Kind {
            case delivery(number: UInt64, isRedelivered: Bool)
            case returned(code: UInt16, text: String)
        }

        let kind: Kind
        let exchange: String
        let routingKey: String
        var properties = Properties()
        var missing: UInt64?
        var body: [UInt8] = []
    }

    private let epoch: Int
    private var partials: [UInt16: Partial] = [:]

    init(epoch: Int) {
        self.epoch = epoch
    }

    /// Takes the next frame, and returns an event when the frame completes one.
    mutating func accept(_ frame: amqp_frame_t) throws(RabbitMQError) -> BrokerEvent? {
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD:
            return try method(frame.payload.method, channel: frame.channel)
        case AMQP_FRAME_HEADER:
            return try header(frame)
        case AMQP_FRAME_BODY:
            return try body(frame)
        default:
            // Heartbeats reach this place only from the library's frame queue; reading them was their purpose.
            return nil
        }
    }

    private mutating func method(_ method: amqp_method_t, channel: UInt16) throws(RabbitMQError) -> BrokerEvent? {
        guard let decoded = method.decoded else { return reply(method, channel: channel) }
        switch method.id {
        case AMQP_BASIC_DELIVER_METHOD:
            let deliver = decoded.load(as: amqp_basic_deliver_t.self)
            partials[channel] = Partial(
                kind: .delivery(number: deliver.delivery_tag, isRedelivered: deliver.redelivered != 0),
                exchange: String(deliver.exchange), routingKey: String(deliver.routing_key))
            return nil
        case AMQP_BASIC_RETURN_METHOD:
            let returned = decoded.load(as: amqp_basic_return_t.self)
            partials[channel] = Partial(
                kind: .returned(code: returned.reply_code, text: String(returned.reply_text)),
                exchange: String(returned.exchange), routingKey: String(returned.routing_key))
            return nil
        case AMQP_BASIC_ACK_METHOD:
            let ack = decoded.load(as: amqp_basic_ack_t.self)
            return .confirmed(number: ack.delivery_tag, isMultiple: ack.multiple != 0)
        case AMQP_BASIC_NACK_METHOD:
            let nack = decoded.load(as: amqp_basic_nack_t.self)
            return .rejected(number: nack.delivery_tag, isMultiple: nack.multiple != 0)
        case AMQP_BASIC_CANCEL_METHOD:
            return .consumerCancelled
        case AMQP_CONNECTION_BLOCKED_METHOD:
            return .blocked(reason: String(decoded.load(as: amqp_connection_blocked_t.self).reason))
        case AMQP_CONNECTION_UNBLOCKED_METHOD:
            return .unblocked
        case AMQP_CHANNEL_CLOSE_METHOD:
            let close = decoded.load(as: amqp_channel_close_t.self)
            partials[channel] = nil
            return .channelClosed(channel: channel, code: close.reply_code, text: String(close.reply_text))
        case AMQP_CONNECTION_CLOSE_METHOD:
            let close = decoded.load(as: amqp_connection_close_t.self)
            return .connectionClosed(code: close.reply_code, text: String(close.reply_text))
        default:
            return reply(method, channel: channel)
        }
    }

    private func reply(_ method: amqp_method_t, channel: UInt16) -> BrokerEvent {
        var reply = Reply(channel: channel, method: method.id)
        if method.id == AMQP_QUEUE_DECLARE_OK_METHOD, let decoded = method.decoded {
            let declared = decoded.load(as: amqp_queue_declare_ok_t.self)
            reply.depth = QueueDepth(
                messages: Int(declared.message_count), consumers: Int(declared.consumer_count))
        }
        return .reply(reply)
    }

    private mutating func header(_ frame: amqp_frame_t) throws(RabbitMQError) -> BrokerEvent? {
        guard var partial = partials[frame.channel], partial.missing == nil else {
            throw .protocolViolation("a content header without its method on channel \(frame.channel)")
        }
        let size = frame.payload.properties.body_size
        if let decoded = frame.payload.properties.decoded {
            partial.properties = Properties(decoded.load(as: amqp_basic_properties_t.self))
        }
        if size == 0 { return finish(partial, channel: frame.channel) }
        partial.missing = size
        // A broken size must not reserve the whole memory; the array grows if the size was true.
        partial.body.reserveCapacity(Int(min(size, 16 << 20)))
        partials[frame.channel] = partial
        return nil
    }

    private mutating func body(_ frame: amqp_frame_t) throws(RabbitMQError) -> BrokerEvent? {
        let fragment = frame.payload.body_fragment
        guard let missing = partials[frame.channel]?.missing, UInt64(fragment.len) <= missing else {
            throw .protocolViolation("more body than announced on channel \(frame.channel)")
        }
        partials[frame.channel]?.missing = missing - UInt64(fragment.len)
        partials[frame.channel]?.body.append(
            contentsOf: UnsafeRawBufferPointer(start: fragment.bytes, count: fragment.len))
        guard missing == UInt64(fragment.len), let partial = partials[frame.channel] else { return nil }
        return finish(partial, channel: frame.channel)
    }

    private mutating func finish(_ partial: Partial, channel: UInt16) -> BrokerEvent {
        partials[channel] = nil
        switch partial.kind {
        case .delivery(let number, let isRedelivered):
            return .delivery(
                Delivery(
                    tag: DeliveryTag(epoch: epoch, number: number), isRedelivered: isRedelivered,
                    exchange: partial.exchange, routingKey: partial.routingKey,
                    properties: partial.properties, body: partial.body))
        case .returned(let code, let text):
            return .returned(
                ReturnedMessage(
                    code: code, text: text, exchange: partial.exchange, routingKey: partial.routingKey,
                    messageID: partial.properties.messageID))
        }
    }
}
