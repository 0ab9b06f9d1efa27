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
