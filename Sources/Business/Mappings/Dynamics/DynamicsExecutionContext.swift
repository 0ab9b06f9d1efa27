import Deals

/// What Dataverse posts to a webhook: the context of a change to an opportunity, lists as keys and values.
///
/// The context has columns of the opportunity only (the images after the change, then what was changed), so whoever
/// receives it reads the row with its account and lines and adds it as `record`, whose columns come first. The deal's
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
        guard entity == "opportunity" else {
            return .nothing(because: "the message is about a row that is no opportunity")
        }
        guard message != "Delete" else {
            return .nothing(because: "a deleted opportunity starts nothing; deal.cancelled.v1 takes a deal back")
        }
        var layers: [SourceRecord.Layer] = []
        if let record = data.member("record") {
            try check(record, data)
            layers.append(SourceRecord.Layer(members: record))
        }
        layers += data.member("PostEntityImages")?.entities.map(\.layer) ?? []
        layers += data.member("InputParameters")?.entities.map(\.layer) ?? []
        guard !layers.isEmpty else {
            throw MappingFailure(
                "is missing, and so are images and parameters, which Dataverse leaves out over 256 KB",
                at: "\(data.path).record", cure: "Read the row with its account and lines, and send it as record.")
        }
        return try rules.event(from: SourceRecord(path: layers[0].members.path, layers), at: stages)
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
    /// The entities among the values of a list of keys and values.
    fileprivate var entities: [Located] {
        (items ?? []).compactMap { pair in
            guard let value = pair.member("value"), value.member("Attributes") != nil else { return nil }
            return value
        }
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
