/// The types of events that are taken, each a name and its major version, and how each is read.
struct EventTypes: Sendable {
    enum Reading: Sendable {
        /// A deal that was sold or changed.
        case deal(DealContract)
        /// A deal that ends.
        case cancellation
        /// What a source says in its own words.
        case source(any SourceMapping)
    }

    /// As they go over the wire.
    let names: [String]
    private let readings: [Reading]

    init(mappings: [any SourceMapping]) {
        let own: [(String, Reading)] = [
            (DealEvent.type, .deal(.v1)), (DealEvent.typeV2, .deal(.v2)), (CancellationEvent.type, .cancellation),
        ]
        let all = own + mappings.map { ($0.type, .source($0)) }
        names = all.map(\.0)
        readings = all.map(\.1)
    }

    /// How events of the type called exactly `name` are read; nil when it is none of ours.
    func reading(of name: String) -> Reading? {
        names.firstIndex { name.isExactly($0) }.map { readings[$0] }
    }

    /// Whether `name` is one of ours but for the number of its major version.
    func isOtherVersion(_ name: String) -> Bool {
        names.contains { known in
            let isDigit = { (byte: UInt8) in UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
            let stem = Array(known.utf8.reversed().drop(while: isDigit).reversed())
            let version = name.utf8.dropFirst(stem.count)
            return name.utf8.starts(with: stem) && !version.isEmpty && version.allSatisfy(isDigit)
        }
    }
}
