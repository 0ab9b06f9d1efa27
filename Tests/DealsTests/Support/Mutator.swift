import Support

@testable import Deals

/// A JSON text that may break every rule: scalars are raw bytes, names may repeat.
indirect enum Node {
    case raw(String)
    case array([Node])
    case object([(name: String, value: Node)])

    init(_ json: JSON) {
        switch json {
        case .array(let items): self = .array(items.map(Node.init))
        case .object(let members): self = .object(members.map { ($0.name, Node($0.value)) })
        default: self = .raw(String(decoding: json.canonicalBytes, as: UTF8.self))
        }
    }

    var count: Int {
        switch self {
        case .raw: 1
        case .array(let items): items.reduce(1) { $0 + $1.count }
        case .object(let members): members.reduce(1) { $0 + $1.value.count }
        }
    }

    var text: String {
        switch self {
        case .raw(let text): text
        case .array(let items): "[" + items.map(\.text).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.map { Node.quoted($0.name) + ": " + $0.value.text }.joined(separator: ", ") + "}"
        }
    }

    static func quoted(_ text: String) -> String {
        String(decoding: JSON.string(text).canonicalBytes, as: UTF8.self)
    }
}

/// Makes one wrong, or oddly right, message out of a good one; all its choices come from one generator.
struct Mutator {
    var random: Seeded

    mutating func mutate(_ message: Node) -> [UInt8] {
        var message = message
        let times = random.chance(70) ? 1 : random.chance(60) ? 2 : 3
        for _ in 0..<times {
            var target = Int.random(in: 0..<message.count, using: &random)
            message = mutate(message, at: &target)
        }
        let bytes = Array(message.text.utf8)
        return random.chance(8) ? corrupt(bytes) : bytes
    }

    /// Walks to the node with the number `target` in the order of the text.
    private mutating func mutate(_ node: Node, named name: String = "", at target: inout Int) -> Node {
        if target == 0 {
            target = -1
            return change(node, named: name)
        }
        target -= 1
        switch node {
        case .raw: return node
        case .array(var items):
            for index in items.indices where target >= 0 { items[index] = mutate(items[index], at: &target) }
            return .array(items)
        case .object(var members):
            for index in members.indices where target >= 0 {
                members[index].value = mutate(members[index].value, named: members[index].name, at: &target)
            }
            return .object(members)
        }
    }

    private mutating func change(_ node: Node, named name: String) -> Node {
        if let borders = Hostile.borders[name], random.chance(40) { return .raw(random.pick(borders)) }
        if random.chance(12) { return .raw(random.pick(Hostile.tokens)) }
        if random.chance(3) { return nest(node) }
        switch node {
        case .raw(let text): return .raw(text.hasPrefix("\"") ? changeString(text, named: name) : changeNumber(text))
        case .array(let items): return .array(changeItems(items))
        case .object(let members): return .object(changeMembers(members))
        }
    }

    private mutating func nest(_ node: Node) -> Node {
        let levels = random.pick([1, 2, 58, 59, 60, 61, 62, 63, 64, 65, 200])
        return (0..<levels).reduce(node) { inner, _ in .array([inner]) }
    }

    private mutating func changeItems(_ items: [Node]) -> [Node] {
        var items = items
        guard !items.isEmpty else { return [.raw(random.pick(Hostile.tokens))] }
        let index = Int.random(in: 0..<items.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: items.remove(at: index)
        case 1: items.append(contentsOf: repeatElement(items[index], count: random.pick([1, 2, 20])))
        case 2: items.insert(.raw(random.pick(Hostile.tokens)), at: index)
        case 3: items.reverse()
        default: items.removeAll()
        }
        return items
    }

    private mutating func changeMembers(_ members: [(name: String, value: Node)]) -> [(name: String, value: Node)] {
        var members = members
        guard !members.isEmpty else { return [("x", .raw("1"))] }
        let index = Int.random(in: 0..<members.count, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: members.remove(at: index)
        case 2: members[index].name = random.pick(Hostile.names)
        case 3: members[index].name += random.pick(["\u{301}", " ", "\u{0}", "s", "\u{200D}"])
        case 4: members.append((members[index].name, random.chance(50) ? members[index].value : .raw("1")))
        case 5: members.insert((random.pick(Hostile.names), .raw(random.pick(Hostile.tokens))), at: index)
        case 6: members.swapAt(index, Int.random(in: 0..<members.count, using: &random))
        default:
            let other = Int.random(in: 0..<members.count, using: &random)
            members[index].value = members[other].value
        }
        return members
    }

    private mutating func changeNumber(_ text: String) -> String {
        guard let value = Int64(text) else { return random.pick(Hostile.tokens) }
        switch Int.random(in: 0..<6, using: &random) {
        // An earlier mutation may have put the largest or smallest number here.
        case 0: return String(value &+ random.pick([-1, 1]))
        case 1: return String(random.pick(Hostile.bounds) + random.pick([-1, 0, 1]))
        case 2:
            return text + random.pick([".0", ".00", ".5", "e0", "E+0", "e-0", "e1", "e-1", ".0e2", "e400", "e-400"])
        case 3: return "-" + text
        case 4: return random.pick(["0", "+", " ", "0x"]) + text
        default: return "\"\(text)\""
        }
    }

    private mutating func changeString(_ text: String, named name: String) -> String {
        var scalars = Array(text.dropFirst().dropLast().unicodeScalars)
        let index = Int.random(in: 0...scalars.count, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return random.pick(Hostile.dates.map { "\"\($0)\"" })
        case 1: return "\"" + resized(scalars, named: name) + "\""
        case 2: scalars.insert(contentsOf: random.pick(Hostile.fragments).unicodeScalars, at: index)
        case 3: scalars.append(contentsOf: random.pick(Hostile.fragments).unicodeScalars)
        case 4 where index < scalars.count: scalars.remove(at: index)
        case 5 where index < scalars.count: scalars[index] = random.pick(Array("09azAZ-_:. /@+TZ".unicodeScalars))
        case 6 where index < scalars.count: scalars.insert(scalars[index], at: index)
        default: return "\"" + (random.chance(50) ? text.uppercased() : text.lowercased()).dropFirst().dropLast() + "\""
        }
        return "\"" + String(String.UnicodeScalarView(scalars)) + "\""
    }

    private mutating func resized(_ scalars: [Unicode.Scalar], named name: String) -> String {
        let length = (Hostile.maximalLengths[name] ?? random.pick(Hostile.lengths)) + random.pick([-1, 0, 1])
        guard length > 0 else { return "" }
        let filling =
            random.chance(30) ? ["e", "\u{301}"] : scalars.isEmpty || scalars.contains("\\") ? ["a"] : scalars
        return String(String.UnicodeScalarView((0..<length).map { filling[$0 % filling.count] }))
    }

    private mutating func corrupt(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: index)
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
        case 3: bytes.removeSubrange(index...)
        case 4: bytes.insert(contentsOf: [0xEF, 0xBB, 0xBF], at: 0)
        case 5: bytes.append(contentsOf: random.pick(["{}", "\n\t \r", ",", "\u{0}"]).utf8)
        default: bytes.insert(contentsOf: random.pick([[0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80]]), at: index)
        }
        return bytes
    }
}
