extension DealEventDecoder {
    /// Reads what a source says in its own words: mapped, it keeps the grouped contract's rules like any other deal.
    func decodeMapped(
        _ data: JSON?, _ mapping: any SourceMapping, _ envelope: EnvelopeReader?, _ reader: inout SchemaReader,
        _ trace: Rejection.Trace
    ) throws(Rejection) -> Intake {
        guard let data else {
            reader.reportMissing("data")
            throw Rejection(.wrongSchema, reader.findings, omitted: reader.omitted, trace: trace)
        }
        let mapped: MappedEvent
        do {
            let source = envelope?.source ?? ""
            mapped = try mapping.map(data, at: SourceStages(of: source, in: triggers, by: policies[source]))
        } catch {
            for finding in error.findings { reader.report(finding) }
            if error.findings.isEmpty {
                reader.report("cannot be mapped", cure: "Send what \(mapping.type) is documented to hold.", at: "data")
            }
            throw Rejection(reader.schemaMistake, reader.findings, omitted: reader.omitted, trace: trace)
        }
        var trace = trace
        trace.key = nil
        switch mapped {
        case .deal(let deal, let names):
            trace.key = DealReader.key(in: deal)
            trace.deal = PartialDeal(deal)
            return try decodeDeal(deal, .v2, envelope, &reader, trace).known(as: names)
        case .signature(let signature):
            let signature = SignatureReader.check(signature, with: &reader)
            guard let envelope, let signature else { break }
            return .signature(
                SignatureEvent(
                    id: envelope.id, source: envelope.source, time: envelope.time, traceparent: envelope.traceparent,
                    correlationID: envelope.correlationID, signature: signature))
        case .nothing(let reason):
            guard let envelope else { break }
            return .ignored(IgnoredEvent(envelope, key: nil, deal: nil, reason: reason))
        }
        throw Rejection(.wrongSchema, reader.findings, omitted: reader.omitted, trace: trace)
    }
}

extension [JSON.Member] {
    /// The event's member `data`, as far as it is there.
    static func data(_ json: JSON?) -> [JSON.Member] { json.map { [JSON.Member("data", $0)] } ?? [] }
}
