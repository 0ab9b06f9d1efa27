/// Turns what lies in `deal-events` into a deal or a cancellation, or says everything that is wrong with it; no look-up, no clock.
///
/// The first mistake in this order gives the class: empty, too large, encoding, JSON, envelope, type, version, source,
/// schema, number of lines; then, for a deal at a trigger stage, amounts, dates and approval.
public struct DealEventDecoder: Sendable {
    private let limits: Limits
    private let triggers: TriggerStages

    /// Decodes within `limits`; `triggers` says which stages start a handoff.
    public init(limits: Limits = .standard, triggers: TriggerStages = .standard) {
        self.limits = limits
        self.triggers = triggers
    }

    /// Reads one message; `routingKey` is the one that it was published with, `<source>.<type>`.
    public func decode(body: [UInt8], routingKey: String) throws(Rejection) -> Intake {
        var trace = Rejection.Trace(source: DealEventDecoder.source(inRoutingKey: routingKey))
        let json = try parse(body, trace)
        guard case .object(let members) = json else {
            throw Rejection(
                .wrongSchema, text: "is \(json.kind) and should be an object",
                cure: "Send a CloudEvents 1.0 JSON event.", trace: trace)
        }
        var reader = SchemaReader(limits: limits)
        let envelope = try EnvelopeReader.read(members, with: &reader, &trace)
        let type = EventType(of: members) ?? .updated
        if let envelope, !routingKey.isExactly("\(envelope.source).\(type.name)") {
            let finding = Finding(
                path: "$.source", owner: .integration, text: "is not the source of the routing key",
                cure: "Publish with the routing key <source>.\(type.name), under your own source.")
            throw Rejection(.sourceMismatch, [finding], trace: trace)
        }
        switch type {
        case .updated: return try decodeDeal(members, envelope, &reader, trace)
        case .cancelled: return try decodeCancellation(members, envelope, &reader, trace)
        }
    }

    private func decodeCancellation(
        _ members: [JSON.Member], _ envelope: EnvelopeReader?, _ reader: inout SchemaReader, _ trace: Rejection.Trace
    ) throws(Rejection) -> Intake {
        let cancellation = reader.member("data", of: members) { CancellationReader.read($0, with: &$1) }
        guard let envelope, let cancellation else {
            throw Rejection(.wrongSchema, reader.findings, omitted: reader.omitted, trace: trace)
        }
        return .cancellation(
            CancellationEvent(
                id: envelope.id, source: envelope.source, time: envelope.time, traceparent: envelope.traceparent,
                correlationID: envelope.correlationID, cancellation: cancellation))
    }

    private func decodeDeal(
        _ members: [JSON.Member], _ envelope: EnvelopeReader?, _ reader: inout SchemaReader, _ trace: Rejection.Trace
    ) throws(Rejection) -> Intake {
        let deal = reader.member("data", of: members) { DealReader.read($0, with: &$1) }
        let lineCount = DealEventDecoder.lineCount(members)
        let hasSchemaFindings = !reader.findings.isEmpty
        if lineCount > limits.lines { reportLines(lineCount, to: &reader) }
        guard !hasSchemaFindings, lineCount <= limits.lines, let envelope, let deal else {
            throw Rejection(
                hasSchemaFindings ? .wrongSchema : .tooManyLines, reader.findings, omitted: reader.omitted,
                trace: trace)
        }
        let event = DealEvent(
            id: envelope.id, source: envelope.source, time: envelope.time, traceparent: envelope.traceparent,
            correlationID: envelope.correlationID, deal: deal)
        guard triggers.start(deal.stage, from: event.source) else {
            return .ignored(event, reason: "the stage starts no handoff for source \(event.source)")
        }
        try check(deal, trace)
        return .handoff(event)
    }

    private func parse(_ body: [UInt8], _ trace: Rejection.Trace) throws(Rejection) -> JSON {
        guard !body.isEmpty else {
            throw Rejection(.empty, text: "is empty", cure: "Send a CloudEvents 1.0 JSON event.", trace: trace)
        }
        guard body.count <= limits.bodyBytes else {
            throw Rejection(
                .tooLarge, text: "has \(body.count) bytes, over the limit of \(limits.bodyBytes)",
                cure: "Send only what the contract names, or split the deal.", trace: trace)
        }
        guard String(validating: body, as: UTF8.self) != nil else {
            throw Rejection(
                .invalidEncoding, text: "is not valid UTF-8", cure: "Encode the event in UTF-8.", trace: trace)
        }
        do {
            return try JSONReader.read(body, maximalDepth: limits.depth)
        } catch {
            throw Rejection(error, trace: trace)
        }
    }

    private func check(_ deal: Deal, _ trace: Rejection.Trace) throws(Rejection) {
        let findings = DealChecks.findings(on: deal)
        guard let first = findings.first else { return }
        throw Rejection(
            first.incidentClass, findings.prefix(limits.findings).map(\.finding),
            omitted: max(findings.count - limits.findings, 0), trace: trace)
    }

    private func reportLines(_ count: Int, to reader: inout SchemaReader) {
        reader.report(
            "has \(count) lines, over the limit of \(limits.lines)", cure: "Split the deal.", at: "data.lines")
    }

    private static func lineCount(_ members: [JSON.Member]) -> Int {
        guard case .object(let data) = members.first(named: "data"), case .array(let lines) = data.first(named: "lines")
        else { return 0 }
        return lines.count
    }

    private static func source(inRoutingKey routingKey: String) -> String? {
        let first = String(routingKey.prefix { $0 != "." })
        return TextRule.source.problem(with: first) == nil ? first : nil
    }
}
