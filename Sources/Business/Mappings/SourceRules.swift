import Deals

/// How the deals of one source are read: everything that a mapping of records needs besides the record.
struct SourceRules: Sendable {
    let type: String
    let fields: FieldMap
    let words: [String: [String: String]]
    let link: String?
    let triggers: TriggerStages
    let identify: @Sendable (String) -> String

    /// The name under which trigger stages are set for the source: the first word of the type.
    var source: String { String(type.prefix { $0 != "." }) }

    var reader: SourceReader { SourceReader(fields: fields, words: words) }

    /// The event that a record asks for: nothing unless its stage starts a handoff, since before that much is not
    /// filled yet that a handoff needs.
    ///
    /// `lines` are those to read where they are not simply the record's.
    func event(from record: SourceRecord, lines: [SourceRecord]? = nil) throws(MappingFailure) -> MappedEvent {
        var reader = reader
        let stage = reader.text(.stage, in: record)
        if let stage, !triggers.start(stage, from: source) { return .nothing(because: noTrigger) }
        if stage == nil { reader.missing(.stage, in: record) }
        var assembly = DealAssembly(rules: self, record: record, reader: reader)
        let deal = assembly.deal(stage: stage, lines: lines)
        if let failure = assembly.reader.failure { throw failure }
        return .deal(deal)
    }

    /// Why an event at another stage asks for nothing; the decoder says the same of what comes in canonical form.
    var noTrigger: String { "the stage starts no handoff for source \(source)" }
}
