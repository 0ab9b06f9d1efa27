import Deals

/// A change event of Change Data Capture for an opportunity.
///
/// An update carries only the fields that have changed, and a gap event none, so whoever relays them reads the record
/// with its lookups and lines and adds it as `record`; the deal is what that record says, and its version is the record's
/// version field (`Baton_Version__c`; the commit number is a position in a log and no version). Without a record an event
/// is nothing where it surely starts no handoff, and otherwise a failure, so that no deal is lost in silence.
public struct SalesforceChange: SourceMapping {
    /// The type.
    public static let type = "salesforce.change.v1"

    private let rules: SourceRules

    /// Reads by these settings.
    public init(_ settings: MappingSettings = .standard) {
        rules = settings.rules(for: SalesforceChange.type)
    }

    /// The type.
    public var type: String { SalesforceChange.type }

    /// Reads the record that comes along, or what the change alone says.
    public func map(_ data: JSON, at stages: SourceStages) throws(MappingFailure) -> MappedEvent {
        let data = try Located.data(data)
        let payload = try data.unwrapped("payload", besides: ["schema", "event"])
        let cure = "Send the change event with its header."
        guard let header = try payload.object("ChangeEventHeader", cure: cure), let entity = header.text("entityName"),
            let change = header.text("changeType")
        else {
            throw MappingFailure(
                "is missing, or has no entityName or changeType", at: "\(payload.path).ChangeEventHeader", cure: cure)
        }
        let readRecord = "Read the opportunity with its account and lines, and send it as record."
        var record = try data.object("record", cure: readRecord)
        if case nil = record { record = try payload.object("record", cure: readRecord) }
        guard entity == "Opportunity" else {
            try checkIsNone(record, header)
            return .nothing(because: "the change is of a record that is no opportunity")
        }
        let said = rules.fields[.stage].paths.compactMap { SourceRecord(payload).value(at: $0) }
        guard change != "DELETE", change != "GAP_DELETE" else {
            try checkIsGone(record, said, stages)
            return .nothing(because: "a deleted opportunity starts nothing; deal.cancelled.v1 takes a deal back")
        }
        guard let record else { return try changeAlone(change, header, payload, data, stages) }
        try check(record, isOneOf: ids(header), header)
        return try rules.event(
            from: SourceRecord(record), at: stages, also: isNewer(record, than: header) ? [] : said)
    }

    /// What can be said without the record: nothing only where all of it agrees.
    private func changeAlone(
        _ change: String, _ header: Located, _ payload: Located, _ data: Located, _ stages: SourceStages
    ) throws(MappingFailure) -> MappedEvent {
        let places = rules.fields[.stage].paths
        let said = places.compactMap { SourceRecord(payload).value(at: $0) }
        let words = said.map { rules.reader.stage($0) }
        let isReadable = words.allSatisfy { $0 != nil }
        if !change.hasPrefix("GAP_"), isReadable {
            if !words.isEmpty {
                if !words.contains(where: { $0.map(stages.start) ?? false }) { return .nothing(because: stages.reason) }
            } else if change == "UPDATE", let listed = changedFields(header) {
                // What has a value has changed, whatever the header lists.
                let changed = listed.union(payload.filled)
                if !changed.isEmpty, changed.isDisjoint(with: rules.fields.allFields) {
                    return .nothing(because: "no field that a handoff reads has changed")
                }
                if !changed.isDisjoint(with: rules.fields[.stage].fields) {
                    return .nothing(because: "the stage was emptied")
                }
            }
        }
        let count = ids(header).count
        throw MappingFailure(
            change.hasPrefix("GAP_") ? "is missing, and a gap event says nothing itself" : "is missing",
            at: "\(data.path).record",
            cure: count > 1
                ? "Read each of the \(count) records and send an event with its record for each."
                : "Read the opportunity with its account and lines, and send it as record.")
    }

    /// A change of another kind of record says nothing of an opportunity; one that carries an opportunity all the same
    /// is not what its header says.
    private func checkIsNone(_ record: Located?, _ header: Located) throws(MappingFailure) {
        let opportunities = ids(header).contains { $0.hasPrefix("006") }
        let isOpportunity =
            record.map {
                $0.member("attributes")?.text("type") == "Opportunity" || $0.text("Id")?.hasPrefix("006") == true
            } ?? false
        guard opportunities || isOpportunity else { return }
        throw MappingFailure(
            "is not Opportunity, and the record is one", at: "\(header.path).entityName",
            cure: "Send the header that belongs to the record.")
    }

    /// A deletion says that there is nothing; a record that is there and sold says otherwise.
    private func checkIsGone(_ record: Located?, _ said: [Located], _ stages: SourceStages) throws(MappingFailure) {
        guard record?.json.member("IsDeleted") != .bool(true) else { return }
        let inRecord = record.map { record in
            rules.fields[.stage].paths.compactMap { SourceRecord(record).value(at: $0) }
        }
        guard let sold = (said + (inRecord ?? [])).first(where: { rules.reader.stage($0).map(stages.start) ?? true })
        else { return }
        throw MappingFailure(
            "is a stage that starts a handoff, and the header says that the record was deleted", at: sold.path,
            cure: "Send the deletion without a record, or the record with the change that it belongs to.")
    }

    /// Whether the record was changed after what the header tells: then what it says counts alone.
    private func isNewer(_ record: Located, than header: Located) -> Bool {
        guard case .integer(let commit)? = header.json.member("commitTimestamp") else { return false }
        let changed = record.text("SystemModstamp") ?? record.text("LastModifiedDate")
        return changed.flatMap(SourceTime.milliseconds).map { $0 > commit } ?? false
    }

    /// The names of the fields that have changed or were emptied, of compound ones the first part; nil where they are not
    /// said, or come as the bit sets of the Pub/Sub API, which nobody has resolved.
    private func changedFields(_ header: Located) -> Set<String>? {
        guard case .array? = header.json.member("changedFields") else { return nil }
        var names: Set<String> = []
        for member in ["changedFields", "nulledFields", "diffFields"] {
            guard case .array(let items)? = header.json.member(member) else { continue }
            for case .string(let name) in items {
                if name.hasPrefix("0x") || name.contains("-0x") { return nil }
                names.insert(String(name.prefix { $0 != "." }))
            }
        }
        return names
    }

    /// `recordIds`, or the one `recordId` that some relays make of it.
    private func ids(_ header: Located) -> [String] {
        if case .array(let items)? = header.json.member("recordIds") {
            return items.compactMap { if case .string(let id) = $0 { id } else { nil } }
        }
        return header.text("recordId").map { [$0] } ?? []
    }

    private func check(_ record: Located, isOneOf ids: [String], _ header: Located) throws(MappingFailure) {
        // A gap over a whole entity names no record.
        if ids.isEmpty { return }
        let known = Set(ids.map(rules.identify))
        guard let id = record.text("Id"), known.contains(rules.identify(id)) else {
            throw MappingFailure(
                "is none of the records of the change", at: "\(record.path).Id",
                cure: "Send the record that the header names.")
        }
    }
}

extension Located {
    /// The names of a payload's members that have a value, but for those that the bus itself writes.
    fileprivate var filled: Set<String> {
        guard case .object(let members) = json else { return [] }
        let names = members.filter { !Located(path: path, json: $0.value).isEmpty }.map(\.name)
        return Set(names).subtracting(["ChangeEventHeader", "record"])
    }
}

extension FieldMap {
    /// The first names of every field that is read of the record itself; an item's fields are those of other records.
    var allFields: Set<String> {
        let names = Attribute.allCases.filter { !$0.isOfItem }.flatMap { self[$0].fields }
        // A lookup is read by its relation's name and changes by its field's: Account and AccountId, X__r and X__c.
        return Set(names.flatMap { [$0, $0.hasSuffix("__r") ? "\($0.dropLast())c" : "\($0)Id"] })
    }
}
