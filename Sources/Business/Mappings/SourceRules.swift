import Deals

/// How the deals of one source are read: everything that a mapping of records needs besides the record.
struct SourceRules: Sendable {
    let type: String
    let fields: FieldMap
    let words: [String: [String: String]]
    let link: String?
    /// What has to come along with the record.
    let containers: [Container]
    /// Fields whose value says that the sale was lost, whatever its stage is called.
    let lostWhen: [LostSign]
    let identify: @Sendable (String) -> String

    var reader: SourceReader { SourceReader(fields: fields, words: words) }

    /// Why a record asks for nothing at its stage; nil where a handoff may come of it, or where it says no stage.
    ///
    /// All that the event says of the stage has to agree: `also` is what it says elsewhere. Refuses an event that says in
    /// one place that something was sold and in another that nothing was, since one of the two has to be seen by somebody.
    func nothing(
        in record: SourceRecord, at stages: SourceStages, also others: [Located] = []
    ) throws(MappingFailure) -> String? {
        var reader = reader
        guard let stage = reader.text(.stage, in: record), !stages.start(stage) else { return nil }
        let place = reader.find(.stage, in: record)?.path ?? record.path
        let said = fields[.stage].paths.flatMap(record.values) + others
        for other in said where other.path != place {
            guard let word = reader.stage(other) else {
                throw MappingFailure(
                    "is \(other.json.kind), and the stage elsewhere starts nothing", at: other.path,
                    cure: "Send the stage as the source's API answers it.")
            }
            guard stages.start(word) else { continue }
            throw MappingFailure(
                "is a stage that starts no handoff, and \(other.path) says one that does", at: place,
                cure: "Read the record again, and send it as it is now.")
        }
        return stages.reason
    }

    /// The event that a record asks for: nothing unless its stage starts a handoff, since before that much is not
    /// filled yet that a handoff needs.
    ///
    /// `lines` are those to read where they are not simply the record's; `also` is what the event says of the stage elsewhere.
    func event(
        from record: SourceRecord, at stages: SourceStages, lines: [SourceRecord]? = nil, also others: [Located] = []
    ) throws(MappingFailure) -> MappedEvent {
        if let reason = try nothing(in: record, at: stages, also: others) { return .nothing(because: reason) }
        var reader = reader
        guard reader.knowsAnything(of: record) else {
            let kind = record.obstacle(on: ["-"])?.json.kind
            throw MappingFailure(
                kind.map { "is \($0) and should be an object" } ?? "has none of the fields that are read",
                at: record.path, cure: "Send the record as the source's API answers it.")
        }
        reader.checkContainers(containers, in: record)
        let stage = reader.text(.stage, in: record)
        if stage == nil { reader.missing(.stage, in: record) }
        for sign in lostWhen where sign.holds(in: record) {
            reader.report(
                "says that the sale was lost, and its stage starts a handoff",
                cure: "Read the record again, and send it as it is now.",
                at: ([record.path] + sign.path).joined(separator: "."))
        }
        var assembly = DealAssembly(rules: self, record: record, policy: stages.policy, reader: reader)
        let deal = assembly.deal(stage: stage, lines: lines)
        if let failure = assembly.reader.failure { throw failure }
        return .deal(deal)
    }
}

/// A field that says that a sale was lost.
struct LostSign: Sendable, Hashable {
    let path: [String]
    let isTrue: Bool
    /// What must hold as well.
    var and: [LostSign] = []

    func holds(in record: SourceRecord) -> Bool {
        let value: Bool? =
            switch record.value(at: path)?.json {
            case .bool(let value): value
            case .string("true"): true
            case .string("false"): false
            default: nil
            }
        return value == isTrue && and.allSatisfy { $0.holds(in: record) }
    }
}
