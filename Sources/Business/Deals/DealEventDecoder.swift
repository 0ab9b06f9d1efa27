/// Turns what lies in `deal-events` into a deal, a cancellation or a signature, or says everything that is wrong with it;
/// no look-up, no clock.
///
/// The first mistake in this order gives the class: empty, too large, encoding, JSON, envelope, type, version, source,
/// schema, number of lines; then, for a deal at a trigger stage, what it lacks, amounts, dates and approval.
public struct DealEventDecoder: Sendable {
    private let limits: Limits
    private(set) var triggers: TriggerStages
    /// How each source is read.
    public private(set) var policies = SourcePolicies.standard
    private let types: EventTypes
    private var goesOn: @Sendable () -> Bool = { true }

    /// Decodes within `limits`; `triggers` says which stages start a handoff, `mappings` read what sources send in their
    /// own words.
    public init(
        limits: Limits = .standard, triggers: TriggerStages = .standard, mappings: [any SourceMapping] = []
    ) {
        self.limits = limits
        self.triggers = triggers
        self.types = EventTypes(mappings: mappings)
    }

    /// The same decoder, for which `triggers` say which stages start a handoff.
    public func starting(at triggers: TriggerStages) -> DealEventDecoder {
        var decoder = self
        decoder.triggers = triggers
        return decoder
    }

    /// The same decoder, which reads each source as `policies` say.
    public func reading(by policies: SourcePolicies) -> DealEventDecoder {
        var decoder = self
        decoder.policies = policies
        return decoder
    }

    /// The same decoder, which gives up once `goesOn`, which is asked now and then, says no.
    public func going(on goesOn: @escaping @Sendable () -> Bool) -> DealEventDecoder {
        var decoder = self
        decoder.goesOn = goesOn
        return decoder
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
        let envelope = try EnvelopeReader.read(members, of: types, with: &reader, &trace)
        let type = DealEventDecoder.type(of: members) ?? DealEvent.type
        if let envelope, !routingKey.isExactly("\(envelope.source).\(type)") {
            let finding = Finding(
                path: "$.source", owner: .integration, text: "is not the source of the routing key",
                cure: "Publish with the routing key <source>.\(type), under your own source.")
            throw Rejection(.sourceMismatch, [finding], trace: trace)
        }
        let data = members.first(named: "data")
        switch types.reading(of: type) {
        case .deal(let contract): return try decodeDeal(data, contract, envelope, &reader, trace)
        case .cancellation: return try decodeCancellation(data, envelope, &reader, trace)
        case .source(let mapping): return try decodeMapped(data, mapping, envelope, &reader, trace)
        // The type is wrong, and not alone: what is in the first contract's data is told with it.
        case nil: return try decodeDeal(data, .v1, envelope, &reader, trace)
        }
    }

    private func decodeCancellation(
        _ data: JSON?, _ envelope: EnvelopeReader?, _ reader: inout SchemaReader, _ trace: Rejection.Trace
    ) throws(Rejection) -> Intake {
        let cancellation = reader.member("data", of: .data(data)) { CancellationReader.read($0, with: &$1) }
        guard let envelope, let cancellation else {
            throw Rejection(.wrongSchema, reader.findings, omitted: reader.omitted, trace: trace)
        }
        return .cancellation(
            CancellationEvent(
                id: envelope.id, source: envelope.source, time: envelope.time, traceparent: envelope.traceparent,
                correlationID: envelope.correlationID, cancellation: cancellation))
    }

    func decodeDeal(
        _ data: JSON?, _ contract: DealContract, _ envelope: EnvelopeReader?, _ reader: inout SchemaReader,
        _ trace: Rejection.Trace
    ) throws(Rejection) -> Intake {
        reader.contract = contract
        let deal = reader.member("data", of: .data(data)) { DealReader.read($0, with: &$1) }
        let lineCount = DealEventDecoder.lineCount(data)
        let hasMistakes = reader.mistakes > 0
        if lineCount > limits.lines { reportLines(lineCount, to: &reader) }
        guard !hasMistakes, lineCount <= limits.lines, let envelope else {
            throw Rejection(
                hasMistakes ? reader.schemaMistake : .tooManyLines, reader.findings, omitted: reader.omitted,
                trace: trace)
        }
        let stage = DealEventDecoder.stage(of: data)
        let isUnsigned = stage.map { triggers.startWhenSigned($0, from: envelope.source) } ?? false
        if let stage, !isUnsigned, !triggers.start(stage, from: envelope.source) {
            let reason = SourceStages(of: envelope.source, in: triggers).reason
            return .ignored(
                IgnoredEvent(envelope, key: trace.key, deal: deal, missing: reader.findings, reason: reason))
        }
        let mistakes = DealChecks.findings(on: deal, missing: reader.findings, by: contract)
        guard mistakes.isEmpty, var deal else {
            throw Rejection(
                mistakes.first?.incidentClass ?? .wrongSchema, mistakes.prefix(limits.findings).map(\.finding),
                omitted: max(mistakes.count - limits.findings, 0) + reader.omitted, trace: trace)
        }
        deal.expectedPlanHash = envelope.expectedPlanHash
        let event = DealEvent(
            id: envelope.id, source: envelope.source, time: envelope.time, traceparent: envelope.traceparent,
            correlationID: envelope.correlationID, deal: deal)
        return isUnsigned ? .unsigned(event) : .handoff(event)
    }

    func parse(_ body: [UInt8], _ trace: Rejection.Trace) throws(Rejection) -> JSON {
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
            return try JSONReader.read(
                body, maximalDepth: limits.depth, maximalValues: limits.values, while: goesOn)
        } catch {
            throw Rejection(error, trace: trace)
        }
    }

    private func reportLines(_ count: Int, to reader: inout SchemaReader) {
        reader.report(
            "has \(count) lines, over the limit of \(limits.lines)", cure: "Split the deal.", at: "data.lines")
    }

    private static func lineCount(_ data: JSON?) -> Int {
        guard case .object(let data)? = data, case .array(let lines) = data.first(named: "lines") else { return 0 }
        return lines.count
    }

    private static func stage(of data: JSON?) -> String? {
        guard case .object(let data)? = data, case .string(let stage) = data.first(named: "stage") else { return nil }
        return stage
    }

    private static func type(of members: [JSON.Member]) -> String? {
        guard case .string(let type) = members.first(named: "type") else { return nil }
        return type
    }

    private static func source(inRoutingKey routingKey: String) -> String? {
        let first = String(routingKey.prefix { $0 != "." })
        return TextRule.source.problem(with: first) == nil ? first : nil
    }
}
