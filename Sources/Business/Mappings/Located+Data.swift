import Deals

extension Located {
    /// Where a source's data stands in the event.
    static let root = "$.data"

    /// The data of an event, which has to be an object.
    static func data(_ json: JSON) throws(MappingFailure) -> Located {
        guard case .object = json else {
            throw MappingFailure(
                "is \(json.kind) and should be an object", at: root, cure: "Send the source's own body.")
        }
        return Located(path: root, json: json)
    }

    /// A member that has to be an object; nil where there is none.
    func object(_ name: String, cure: String) throws(MappingFailure) -> Located? {
        guard let found = member(name), found.json != .null else { return nil }
        guard case .object = found.json else {
            throw MappingFailure("is \(found.json.kind) and should be an object", at: found.path, cure: cure)
        }
        return found
    }

    /// What is wrapped in a member: that one where the wrapping is there, and otherwise what has no wrapping.
    func unwrapped(_ name: String, besides others: [String]) throws(MappingFailure) -> Located {
        let cure = "Send the \(name) as an object, as the source's bus hands it out."
        if let found = try object(name, cure: cure) { return found }
        guard member(name) == nil, !others.contains(where: { member($0) != nil }) else {
            throw MappingFailure("is missing", at: "\(path).\(name)", cure: cure)
        }
        return self
    }

    /// The member's text; nil where there is none.
    func text(_ name: String) -> String? {
        if case .string(let text)? = json.member(name) { text } else { nil }
    }
}

extension MappingFailure {
    /// Refuses with one finding.
    init(_ text: String, at path: String, cure: String) {
        self.init([Finding(path: path, owner: .integration, text: text, cure: cure)])
    }
}
