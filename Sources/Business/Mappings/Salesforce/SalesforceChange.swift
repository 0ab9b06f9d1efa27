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
        let payload = data.member("payload") ?? data
        guard let header = payload.member("ChangeEventHeader"), let entity = header.text("entityName"),
            let change = header.text("changeType")
        else {
            throw MappingFailure(
                "is missing, or has no entityName or changeType", at: "\(payload.path).ChangeEventHeader",
                cure: "Send the change event with its header.")
        }
        guard entity == "Opportunity" else {
            return .nothing(because: "the change is of a record that is no opportunity")
        }
        guard change != "DELETE", change != "GAP_DELETE" else {
            return .nothing(because: "a deleted opportunity starts nothing; deal.cancelled.v1 takes a deal back")
        }
        if let record = data.member("record") ?? payload.member("record") {
            try check(record, isOneOf: ids(header), header)
            return try rules.event(from: SourceRecord(record), at: stages)
        }
        return try changeAlone(change, header, payload, data, stages)
    }

    /// What can be said without the record.
    private func changeAlone(
        _ change: String, _ header: Located, _ payload: Located, _ data: Located, _ stages: SourceStages
    ) throws(MappingFailure) -> MappedEvent {
        var reader = rules.reader
        let stage = reader.text(.stage, in: SourceRecord(payload))
        if !change.hasPrefix("GAP_"), let stage, !stages.start(stage) { return .nothing(because: stages.reason) }
        if change == "UPDATE", let changed = changedFields(header) {
            if changed.isDisjoint(with: rules.fields.allFields) {
                return .nothing(because: "no field that a handoff reads has changed")
            }
            if stage == nil, !changed.isDisjoint(with: rules.fields[.stage].fields) {
                return .nothing(because: "the stage was emptied")
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

extension FieldMap {
    /// The first names of every field that is read of the record itself; an item's fields are those of other records.
    var allFields: Set<String> {
        let names = Attribute.allCases.filter { !$0.isOfItem }.flatMap { self[$0].fields }
        // A lookup is read by its relation's name and changes by its field's: Account and AccountId, X__r and X__c.
        return Set(names.flatMap { [$0, $0.hasSuffix("__r") ? "\($0.dropLast())c" : "\($0)Id"] })
    }
}
