import Deals

/// How the deals of one source are read: everything that a mapping of records needs besides the record.
struct SourceRules: Sendable {
    let type: String
    let fields: FieldMap
    let words: [String: [String: String]]
    let link: String?
    let identify: @Sendable (String) -> String

    var reader: SourceReader { SourceReader(fields: fields, words: words) }

    /// Why a record asks for nothing at its stage; nil where a handoff may come of it, or where it says no stage.
    func nothing(in record: SourceRecord, at stages: SourceStages) -> String? {
        var reader = reader
        guard let stage = reader.text(.stage, in: record), !stages.start(stage) else { return nil }
        return stages.reason
    }

    /// The event that a record asks for: nothing unless its stage starts a handoff, since before that much is not
    /// filled yet that a handoff needs.
    ///
    /// `lines` are those to read where they are not simply the record's.
    func event(
        from record: SourceRecord, at stages: SourceStages, lines: [SourceRecord]? = nil
    ) throws(MappingFailure) -> MappedEvent {
        if let reason = nothing(in: record, at: stages) { return .nothing(because: reason) }
        var reader = reader
        let stage = reader.text(.stage, in: record)
        if stage == nil { reader.missing(.stage, in: record) }
        var assembly = DealAssembly(rules: self, record: record, reader: reader)
        let deal = assembly.deal(stage: stage, lines: lines)
        if let failure = assembly.reader.failure { throw failure }
        return .deal(deal)
    }
}
