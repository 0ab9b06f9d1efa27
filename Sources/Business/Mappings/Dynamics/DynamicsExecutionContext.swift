import Deals

/// What Dataverse posts to a webhook: the context of a change to an opportunity, lists as keys and values.
///
/// The context has columns of the opportunity only (the images after the change, then what was changed), so whoever
/// receives it reads the row with its account and lines and adds it as `record`, whose columns come first. Other rows
/// among the parameters, such as the activity that closes a sale, say nothing of it. The deal's
/// version is the column `new_version`. Over 256 KB Dataverse leaves out parameters and images; then the record is needed.
public struct DynamicsExecutionContext: SourceMapping {
    /// The type.
    public static let type = "dynamics.execution-context.v1"

    private let rules: SourceRules

    /// Reads by these settings.
    public init(_ settings: MappingSettings = .standard) {
        rules = settings.rules(for: DynamicsExecutionContext.type)
    }

    /// The type.
    public var type: String { DynamicsExecutionContext.type }

    /// Reads the record, the images and the target.
    public func map(_ data: JSON, at stages: SourceStages) throws(MappingFailure) -> MappedEvent {
        let data = try Located.data(data)
        guard let entity = data.text("PrimaryEntityName"), let message = data.text("MessageName") else {
            throw MappingFailure(
                "has no MessageName or no PrimaryEntityName", at: data.path,
                cure: "Send the RemoteExecutionContext as Dataverse posts it.")
        }
        let record = try data.object("record", cure: Self.readRow)
        guard entity == "opportunity" else {
            guard record?.member("opportunityid") == nil || entity == "opportunityclose" else {
                throw MappingFailure(
                    "is not opportunity, and the record is one", at: "\(data.path).PrimaryEntityName",
                    cure: "Send the message that belongs to the row.")
            }
            return .nothing(because: "the message is about a row that is no opportunity")
        }
        var layers: [SourceRecord.Layer] = []
        if let record {
            try check(record, data)
            layers.append(SourceRecord.Layer(members: record))
        }
        let primary = data.text("PrimaryEntityId")
        for name in ["PostEntityImages", "InputParameters"] {
            guard let list = data.member(name), !list.isEmpty else { continue }
            guard let items = list.items else {
                throw MappingFailure(
                    "is \(list.json.kind) and should be a list of keys and values", at: list.path,
                    cure: "Send the RemoteExecutionContext as Dataverse posts it.")
            }
            layers += items.compactMap { $0.row(of: primary, rules.identify) }.map(\.layer)
        }
        guard !layers.isEmpty else {
            if message == "Lose" || message == "Delete" { return .nothing(because: Self.reason(of: message)) }
            throw MappingFailure(
                "is missing, and nothing else of the message is the opportunity's row; over 256 KB Dataverse leaves images "
                    + "and parameters out", at: "\(data.path).record", cure: Self.readRow)
        }
        let row = SourceRecord(path: layers[0].members.path, layers)
        return try event(message, of: row, hasRecord: record != nil, data, stages)
    }

    private static let readRow = "Read the row with its account and lines, and send it as record."

    /// What the message and the row say together.
    private func event(
        _ message: String, of row: SourceRecord, hasRecord: Bool, _ data: Located, _ stages: SourceStages
    ) throws(MappingFailure) -> MappedEvent {
        // What a message of this name says of the stage, besides what the row says.
        var said: [Located] = []
        switch message {
        case "Lose", "Delete":
            if let stage = sold(row, stages) {
                throw MappingFailure(
                    "is a stage that starts a handoff, and the message is \(message)", at: stage.path,
                    cure: "Read the row again, and send it as it is now.")
            }
            return .nothing(because: Self.reason(of: message))
        case "Win": said = [Located(path: "\(data.path).MessageName", json: .string("Closed Won"))]
        default: break
        }
        if let reason = try rules.nothing(in: row, at: stages, also: said) { return .nothing(because: reason) }
        // Images and parameters have columns of the opportunity only: without its account and lines no row is whole.
        let isWhole = rules.containers.allSatisfy { container in
            container.isThere(in: row)
                || !Attribute.allCases.contains { attribute in
                    rules.fields[attribute].paths.contains { $0.starts(with: container.path) }
                }
        }
        guard hasRecord || isWhole else {
            throw MappingFailure(
                "is missing: images and parameters have columns of the opportunity only", at: "\(data.path).record",
                cure: Self.readRow)
        }
        return try rules.event(from: row, at: stages, also: said)
    }

    /// A stage of the row that starts a handoff, or one that cannot be read.
    private func sold(_ row: SourceRecord, _ stages: SourceStages) -> Located? {
        rules.fields[.stage].paths.flatMap(row.values).first { rules.reader.stage($0).map(stages.start) ?? true }
    }

    private static func reason(of message: String) -> String {
        message == "Lose"
            ? "the message says that the sale was lost"
            : "a deleted opportunity starts nothing; deal.cancelled.v1 takes a deal back"
    }

    private func check(_ record: Located, _ data: Located) throws(MappingFailure) {
        guard let id = record.text("opportunityid"), let primary = data.text("PrimaryEntityId"),
            rules.identify(id) == rules.identify(primary)
        else {
            throw MappingFailure(
                "is not the row of the message", at: "\(record.path).opportunityid",
                cure: "Send the row that PrimaryEntityId names.")
        }
    }
}

extension Located {
    /// The entity of a pair of key and value that is the row of the message: of an activity or another row, nothing that
    /// it says is said of the opportunity.
    fileprivate func row(of primary: String?, _ identify: (String) -> String) -> Located? {
        guard let value = member("value"), value.member("Attributes") != nil else { return nil }
        if let name = value.text("LogicalName"), name != "opportunity" { return nil }
        let id = value.text("Id") ?? value.attribute("opportunityid")
        let isNamed = value.text("LogicalName") != nil || value.attribute("opportunityid") != nil
        guard let id, let primary, !id.allSatisfy({ $0 == "0" || $0 == "-" }) else { return isNamed ? value : nil }
        return identify(id) == identify(primary) ? value : nil
    }

    /// The text of an attribute of an entity.
    private func attribute(_ name: String) -> String? {
        member("Attributes")?.items?.first { $0.text("key") == name }?.text("value")
    }

    /// An entity's attributes as members, each where it stands.
    fileprivate var layer: SourceRecord.Layer {
        var members: [JSON.Member] = []
        var places: [String: String] = [:]
        for pair in member("Attributes")?.items ?? [] {
            guard let name = pair.text("key"), let value = pair.member("value"), places[name] == nil else { continue }
            places[name] = value.path
            members.append(JSON.Member(name, Located.unwrapped(value.json)))
        }
        return SourceRecord.Layer(members: Located(path: path, json: .object(members)), places: places)
    }

    /// A value without its wrapping: of an option, an amount or an aliased value what is in it, of a collection its
    /// entities' attributes.
    private static func unwrapped(_ json: JSON) -> JSON {
        if let value = json.member("Value") { return unwrapped(value) }
        if case .array(let entities)? = json.member("Entities") { return .array(entities.map(unwrapped)) }
        if case .array(let pairs)? = json.member("Attributes") {
            return .object(
                pairs.compactMap { pair in
                    guard case .string(let name)? = pair.member("key"), let value = pair.member("value") else {
                        return nil
                    }
                    return JSON.Member(name, unwrapped(value))
                })
        }
        return json
    }
}
