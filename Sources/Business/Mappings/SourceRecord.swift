import Deals

/// A value in a source's data, and where it stands.
struct Located {
    let path: String
    let json: JSON

    /// The member of that name; nil where there is none.
    func member(_ name: String) -> Located? {
        json.member(name).map { Located(path: "\(path).\(name)", json: $0) }
    }

    /// The items of an array, of an object with `records` (a Salesforce subquery) or `results` (a HubSpot list), or of a
    /// text that is one of these in JSON. Nil when it is neither.
    var items: [Located]? {
        switch json {
        case .array(let items):
            return items.enumerated().map { Located(path: "\(path)[\($0)]", json: $1) }
        case .object: return (member("records") ?? member("results"))?.arrayItems
        case .string(let text):
            guard let parsed = try? JSON(reading: Array(text.utf8)), parsed.kind != "a string" else { return nil }
            return Located(path: path, json: parsed).items
        default: return nil
        }
    }

    private var arrayItems: [Located]? {
        if case .array = json { items } else { nil }
    }

    /// Whether no member can be looked for in it, though it is there.
    var isObstacle: Bool {
        switch json {
        case .object, .null: false
        default: true
        }
    }

    /// What counts as no value: null, and a text of nothing but space, which is how a form sends an empty field.
    var isEmpty: Bool {
        switch json {
        case .null: true
        case .string(let text): text.trimmed.isEmpty
        default: false
        }
    }
}

/// One record of a source: objects in order of trust, the first that has a field at all decides on it.
struct SourceRecord {
    /// Where the record stands.
    let path: String
    private let layers: [Layer]

    struct Layer {
        let members: Located
        /// Where members stand that were gathered from elsewhere.
        var places: [String: String] = [:]
    }

    init(_ located: Located) {
        self.init(path: located.path, [Layer(members: located)])
    }

    init(path: String, _ layers: [Layer]) {
        self.path = path
        self.layers = layers
    }

    /// The value at a path of names, nil where there is none or an empty one.
    func value(at path: [String]) -> Located? {
        guard let start = start(of: path) else { return nil }
        let value = path.dropFirst().reduce(start as Located?) { $0?.member($1) }
        return value.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// What each object has at a path of names, in order of trust; also what does not decide.
    func values(at path: [String]) -> [Located] {
        layers.compactMap { layer in
            SourceRecord(path: self.path, [layer]).value(at: path)
        }
    }

    /// Whether there is a member at a path of names, be it empty.
    func has(_ path: [String]) -> Bool {
        guard let start = start(of: path) else { return false }
        return path.dropFirst().reduce(start as Located?, { $0?.member($1) }) != nil
    }

    /// What stands where an object would have to be for the path to lead on; nil where nothing is in its way.
    func obstacle(on path: [String]) -> Located? {
        if let whole = layers.first?.members, layers.count == 1, whole.isObstacle { return whole }
        guard var place = start(of: path) else { return nil }
        for name in path.dropFirst() {
            if place.isObstacle { return place }
            guard let next = place.member(name) else { return nil }
            place = next
        }
        return nil
    }

    /// The first member of a path, of the object that decides on it.
    private func start(of path: [String]) -> Located? {
        guard let first = path.first else { return nil }
        for layer in layers {
            guard let found = layer.members.member(first) else { continue }
            return Located(path: layer.places[first] ?? found.path, json: found.json)
        }
        return nil
    }
}
