import Workers

/// The CloudEvents 1.0 attributes around everything that is published on the exchange `handoffs`.
enum AnswerEvent {
    static func bytes(
        id: String, time: Timestamp, type: String, subject: Deal.Key?, correlationID: String, data: JSON
    ) -> [UInt8] {
        let event: JSON = [
            "specversion": .string("1.0"), "id": .string(id), "source": .string("baton"), "type": .string(type),
            "time": .string(time.description), "datacontenttype": .string("application/json"),
            "subject": (subject?.description).map(JSON.string), "correlationid": .string(correlationID), "data": data,
        ]
        return event.canonicalBytes
    }

    /// A reason as the answer's schema takes it: nil rather than empty, at most 1,000 code points, no control characters.
    static func bounded(_ reason: String?) -> String? {
        guard let reason, !reason.isEmpty else { return nil }
        let scalars = reason.unicodeScalars.prefix(1000).map { scalar in
            OutsideText.isEscaped(scalar) ? " " : scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
