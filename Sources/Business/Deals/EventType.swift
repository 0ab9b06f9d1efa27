/// The types of events that are taken, each a name and its major version.
enum EventType: CaseIterable {
    /// A deal that was sold or changed.
    case updated
    /// A deal that ends.
    case cancelled

    /// As it goes over the wire.
    var name: String {
        switch self {
        case .updated: DealEvent.type
        case .cancelled: CancellationEvent.type
        }
    }

    /// The type called exactly `name`; nil when it is none of ours.
    init?(_ name: String) {
        guard let type = Self.allCases.first(where: { name.isExactly($0.name) }) else { return nil }
        self = type
    }

    /// The type that an event says it has, nil when that is none of ours.
    init?(of members: [JSON.Member]) {
        guard case .string(let name)? = members.first(named: "type") else { return nil }
        self.init(name)
    }

    /// Whether `name` is one of ours but for the number of its major version.
    static func isOtherVersion(_ name: String) -> Bool {
        allCases.contains { type in
            let stem = Array(type.name.utf8.dropLast())
            let version = name.utf8.dropFirst(stem.count)
            return name.utf8.starts(with: stem) && !version.isEmpty
                && version.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        }
    }
}
