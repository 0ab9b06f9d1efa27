import CRabbitMQ

/// The bits that say which properties are present.
private enum PropertyFlag {
    static let contentType = amqp_flags_t(AMQP_BASIC_CONTENT_TYPE_FLAG)
    static let contentEncoding = amqp_flags_t(AMQP_BASIC_CONTENT_ENCODING_FLAG)
    static let headers = amqp_flags_t(AMQP_BASIC_HEADERS_FLAG)
    static let deliveryMode = amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG)
    static let correlationID = amqp_flags_t(AMQP_BASIC_CORRELATION_ID_FLAG)
    static let messageID = amqp_flags_t(AMQP_BASIC_MESSAGE_ID_FLAG)
    static let timestamp = amqp_flags_t(AMQP_BASIC_TIMESTAMP_FLAG)
    static let type = amqp_flags_t(AMQP_BASIC_TYPE_FLAG)
    static let appID = amqp_flags_t(AMQP_BASIC_APP_ID_FLAG)
    static let userID = amqp_flags_t(AMQP_BASIC_USER_ID_FLAG)
}

/// The protocol's number for a message that survives a restart of the broker, and for one that does not.
private enum DeliveryMode {
    static let transient: UInt8 = 1
    static let persistent: UInt8 = 2
}

extension Properties {
    /// A copy of the library's properties.
    init(_ source: amqp_basic_properties_t) {
        func text(_ bytes: amqp_bytes_t, _ flag: amqp_flags_t) -> String? {
            source._flags & flag != 0 ? String(bytes) : nil
        }
        self.init(
            contentType: text(source.content_type, PropertyFlag.contentType),
            contentEncoding: text(source.content_encoding, PropertyFlag.contentEncoding),
            messageID: text(source.message_id, PropertyFlag.messageID),
            correlationID: text(source.correlation_id, PropertyFlag.correlationID),
            type: text(source.type, PropertyFlag.type),
            appID: text(source.app_id, PropertyFlag.appID),
            userID: text(source.user_id, PropertyFlag.userID),
            timestamp: source._flags & PropertyFlag.timestamp != 0 ? source.timestamp : nil,
            isPersistent: source._flags & PropertyFlag.deliveryMode != 0
                && source.delivery_mode == DeliveryMode.persistent,
            headers: source._flags & PropertyFlag.headers != 0 ? Dictionary(source.headers) : [:])
    }

    /// The properties in the library's form, in memory of `pool`.
    func encoded(in pool: MemoryPool) -> amqp_basic_properties_t {
        var flags = PropertyFlag.deliveryMode
        func bytes(_ text: String?, _ flag: amqp_flags_t) -> amqp_bytes_t {
            guard let text else { return amqp_bytes_t(len: 0, bytes: nil) }
            flags |= flag
            return pool.bytes(text)
        }
        var result = amqp_basic_properties_t()
        result.content_type = bytes(contentType, PropertyFlag.contentType)
        result.content_encoding = bytes(contentEncoding, PropertyFlag.contentEncoding)
        result.message_id = bytes(messageID, PropertyFlag.messageID)
        result.correlation_id = bytes(correlationID, PropertyFlag.correlationID)
        result.type = bytes(type, PropertyFlag.type)
        result.app_id = bytes(appID, PropertyFlag.appID)
        result.user_id = bytes(userID, PropertyFlag.userID)
        if let timestamp {
            flags |= PropertyFlag.timestamp
            result.timestamp = timestamp
        }
        if !headers.isEmpty {
            flags |= PropertyFlag.headers
            result.headers = headers.encoded(in: pool)
        }
        result.delivery_mode = isPersistent ? DeliveryMode.persistent : DeliveryMode.transient
        result._flags = flags
        return result
    }
}
