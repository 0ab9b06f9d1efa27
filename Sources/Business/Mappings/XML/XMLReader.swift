/// Reads an XML text once, from its first byte to its last: as much of XML 1.0 as a SOAP message is made of.
///
/// It takes less than XML allows, so that no two readers understand a text differently and no small text costs much:
/// UTF-8 only, no document type, no entities but the five of XML, no instructions, names of ASCII. Depth, elements and
/// attributes are bounded while it reads, and it never goes back.
struct XMLReader {
    /// Why a text is not read; says nothing of what it contains.
    struct Problem: Error, Equatable {
        let text: String
    }

    private struct Open {
        let written: String
        let name: String
        let namespace: String?
        let attributes: [XMLElement.Attribute]
        let namespaces: [String: String]
        var text: [UInt8] = []
        var children: [XMLElement] = []

        var element: XMLElement {
            XMLElement(
                name: name, namespace: namespace, attributes: attributes, text: String(decoding: text, as: UTF8.self),
                children: children)
        }
    }

    private let bytes: [UInt8]
    private let limits: XMLLimits
    private let goesOn: () -> Bool
    private var index = 0
    private var elements = 0
    private var open: [Open] = []
    private var root: XMLElement?
    /// How many bytes were looked at, each time that one was.
    private(set) var work = 0

    init(_ bytes: [UInt8], limits: XMLLimits = XMLLimits(), while goesOn: @escaping () -> Bool = { true }) {
        self.bytes = bytes
        self.limits = limits
        self.goesOn = goesOn
    }

    /// The outermost element. Asks `goesOn` now and then, and gives up once it says no.
    mutating func read() throws(Problem) -> XMLElement {
        guard bytes.count <= limits.bytes else { throw Problem(text: "has more than \(limits.bytes) bytes") }
        guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else {
            throw Problem(text: "is not valid UTF-8")
        }
        if starts(with: "\u{FEFF}") { index = 3 }
        try declaration()
        while let byte = current {
            if byte == UInt8(ascii: "<") { try markup() } else { try text() }
        }
        guard let root else { throw Problem(text: "ends before its last element does") }
        return root
    }

    // MARK: Bytes

    private var current: UInt8? {
        mutating get {
            work += 1
            return index < bytes.count ? bytes[index] : nil
        }
    }

    private mutating func starts(with text: StaticString) -> Bool {
        work += text.utf8CodeUnitCount
        return index + text.utf8CodeUnitCount <= bytes.count
            && text.withUTF8Buffer { bytes[index..<index + $0.count].elementsEqual($0) }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        guard starts(with: text) else { return false }
        index += text.utf8CodeUnitCount
        return true
    }

    private mutating func expect(_ text: StaticString) throws(Problem) {
        guard take(text) else { throw Problem(text: "is no XML") }
    }

    @discardableResult private mutating func skipSpace() -> Bool {
        let start = index
        while let byte = current, Self.isSpace(byte) { index += 1 }
        return index > start
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// The character that begins here, as its bytes; ends of lines are one line feed, as XML says.
    private mutating func character() throws(Problem) -> ArraySlice<UInt8> {
        guard let first = current else { throw Problem(text: "ends before its last element does") }
        if first == 0x0D {
            index += 1
            if current == 0x0A { index += 1 }
            return [0x0A]
        }
        let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        // U+FFFE and U+FFFF are no characters.
        let isNone = first == 0xEF && bytes[index + 1] == 0xBF && bytes[index + 2] >= 0xBE
        guard first >= 0x20 || Self.isSpace(first), !isNone else {
            throw Problem(text: "has a character that XML does not allow")
        }
        index += length
        return bytes[index - length..<index]
    }

    /// The bytes from here on that mean nothing but themselves, wherever they stand.
    private mutating func plain() -> ArraySlice<UInt8> {
        let start = index
        while index < bytes.count, Self.isPlain(bytes[index]) { index += 1 }
        work += index - start
        return bytes[start..<index]
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: "&"), UInt8(ascii: "]"), UInt8(ascii: "-"): false
        case 0x20..<0xEF, 0x0A, 0x09: true
        default: false
        }
    }

    // MARK: Markup

    /// `<?xml ...?>`: another encoding than the one in which the bytes are read would let two readers read two texts.
    private mutating func declaration() throws(Problem) {
        guard take("<?xml") else { return }
        var values: [(name: String, value: String)] = []
        while skipSpace(), !starts(with: "?>") {
            let name = try name()
            skipSpace()
            try expect("=")
            skipSpace()
            values.append((name, String(decoding: try quoted(), as: UTF8.self)))
        }
        try expect("?>")
        let names = values.map(\.name)
        guard
            [["version"], ["version", "encoding"], ["version", "standalone"], ["version", "encoding", "standalone"]]
                .contains(names)
        else { throw Problem(text: "is no XML") }
        for (name, value) in values {
            switch name {
            case "version": guard value == "1.0" else { throw Problem(text: "is no XML 1.0") }
            case "encoding":
                guard value.lowercased() == "utf-8" else { throw Problem(text: "declares another encoding than UTF-8") }
            default: guard value == "yes" || value == "no" else { throw Problem(text: "is no XML") }
            }
        }
    }

    private mutating func markup() throws(Problem) {
        if take("<!--") { return try comment() }
        if take("<![CDATA[") { return try section() }
        if starts(with: "<!") { throw Problem(text: "has a document type, which SOAP forbids") }
        if starts(with: "<?") { throw Problem(text: "has an instruction, which SOAP forbids") }
        if take("</") { return try endTag() }
        try startTag()
    }

    private mutating func comment() throws(Problem) {
        while !take("--") { if plain().isEmpty { _ = try character() } }
        try expect(">")
    }

    private mutating func section() throws(Problem) {
        guard !open.isEmpty else { throw Problem(text: "has text outside of its elements") }
        while !take("]]>") {
            open[open.count - 1].text.append(contentsOf: plain())
            if !starts(with: "]]>") { open[open.count - 1].text.append(contentsOf: try character()) }
        }
    }

    private mutating func endTag() throws(Problem) {
        let name = try name()
        skipSpace()
        try expect(">")
        guard name == open.last?.written else { throw Problem(text: "ends an element that is not the last begun") }
        close()
    }

    private mutating func close() {
        let element = open.removeLast().element
        if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
    }

    private mutating func startTag() throws(Problem) {
        guard root == nil else { throw Problem(text: "has more than one outermost element") }
        elements += 1
        guard elements <= limits.elements else { throw Problem(text: "has more than \(limits.elements) elements") }
        guard open.count < limits.depth else { throw Problem(text: "nests deeper than a message does") }
        guard !elements.isMultiple(of: 256) || goesOn() else { throw Problem(text: "takes longer to read than it may") }
        try expect("<")
        let written = try name()
        var attributes: [(name: String, value: String)] = []
        while skipSpace(), !starts(with: ">"), !starts(with: "/>") {
            let name = try name()
            guard attributes.count < limits.attributes, !attributes.contains(where: { $0.name == name }) else {
                throw Problem(text: "has an element with an attribute twice, or with too many")
            }
            skipSpace()
            try expect("=")
            skipSpace()
            attributes.append((name, String(decoding: try quoted(), as: UTF8.self)))
        }
        let isEmpty = take("/")
        try expect(">")
        try push(written, attributes)
        if isEmpty { close() }
    }

    private mutating func push(_ written: String, _ attributes: [(name: String, value: String)]) throws(Problem) {
        var namespaces: [String: String] = [:]
        var others: [(name: String, value: String)] = []
        for (name, value) in attributes {
            if name == "xmlns" {
                namespaces[""] = value
            } else if name.hasPrefix("xmlns:") {
                namespaces[String(name.dropFirst(6))] = value
            } else {
                others.append((name, value))
            }
        }
        let scopes = open.map(\.namespaces) + [namespaces]
        func resolved(_ name: String, isAttribute: Bool) throws(Problem) -> (namespace: String?, name: String) {
            let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            if parts.count == 1, isAttribute { return (nil, name) }
            let prefix = parts.count == 2 ? parts[0] : ""
            if prefix == "xml" { return ("http://www.w3.org/XML/1998/namespace", parts[1]) }
            let namespace = scopes.reversed().lazy.compactMap { $0[prefix] }.first
            guard namespace != nil || prefix.isEmpty else {
                throw Problem(text: "has a prefix that it does not declare")
            }
            return (namespace, parts[parts.count - 1])
        }
        let (namespace, name) = try resolved(written, isAttribute: false)
        var resolvedAttributes: [XMLElement.Attribute] = []
        for (name, value) in others {
            let (namespace, name) = try resolved(name, isAttribute: true)
            guard !resolvedAttributes.contains(where: { $0.name == name && $0.namespace == namespace }) else {
                throw Problem(text: "has an element with an attribute twice, or with too many")
            }
            resolvedAttributes.append(XMLElement.Attribute(namespace: namespace, name: name, value: value))
        }
        open.append(
            Open(
                written: written, name: name, namespace: namespace, attributes: resolvedAttributes,
                namespaces: namespaces))
    }

    /// A name as it is written, with its prefix.
    private mutating func name() throws(Problem) -> String {
        let start = index
        while let byte = current, Self.isOfName(byte, isFirst: index == start || bytes[index - 1] == UInt8(ascii: ":"))
        {
            index += 1
        }
        let name = bytes[start..<index]
        let colons = name.count { $0 == UInt8(ascii: ":") }
        guard !name.isEmpty, name.count <= limits.name, colons <= 1, name.last != UInt8(ascii: ":") else {
            throw Problem(text: "has a name that no message has")
        }
        return String(decoding: name, as: UTF8.self)
    }

    private static func isOfName(_ byte: UInt8, isFirst: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"): !isFirst
        default: false
        }
    }

    // MARK: Text

    private mutating func text() throws(Problem) {
        guard !open.isEmpty else {
            guard skipSpace() else { throw Problem(text: "has text outside of its elements") }
            return
        }
        while let byte = current, byte != UInt8(ascii: "<") {
            if byte == UInt8(ascii: "&") {
                open[open.count - 1].text.append(contentsOf: try reference())
            } else if byte == UInt8(ascii: "]"), starts(with: "]]>") {
                throw Problem(text: "is no XML")
            } else {
                let run = plain()
                open[open.count - 1].text.append(contentsOf: run.isEmpty ? try character() : run)
            }
        }
    }

    /// An attribute's value; space of any kind is a space, as XML says.
    private mutating func quoted() throws(Problem) -> [UInt8] {
        guard let quote = current, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw Problem(text: "is no XML")
        }
        index += 1
        var value: [UInt8] = []
        while let byte = current, byte != quote {
            switch byte {
            case UInt8(ascii: "<"): throw Problem(text: "is no XML")
            case UInt8(ascii: "&"): value.append(contentsOf: try reference())
            default:
                let character = try character()
                value.append(contentsOf: character.first.map(Self.isSpace) == true ? [0x20] : character)
            }
        }
        guard current == quote else { throw Problem(text: "ends before its last element does") }
        index += 1
        return value
    }

    /// One of XML's five entities, or a character by its number.
    private mutating func reference() throws(Problem) -> [UInt8] {
        for (name, byte) in Self.entities where take(name) { return [byte] }
        let unknown = Problem(text: "has an entity that XML does not have")
        let isHexadecimal = take("&#x")
        guard isHexadecimal || take("&#") else { throw unknown }
        var number: UInt32 = 0
        var digits = 0
        while let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digits < 7,
            isHexadecimal || digit < 10
        {
            number = number * (isHexadecimal ? 16 : 10) + UInt32(digit)
            digits += 1
            index += 1
        }
        guard digits > 0, take(";"), let scalar = Unicode.Scalar(number), Self.isAllowed(scalar) else { throw unknown }
        return Array(String(Character(scalar)).utf8)
    }

    private static let entities: [(StaticString, UInt8)] = [
        ("&amp;", UInt8(ascii: "&")), ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")),
        ("&quot;", UInt8(ascii: "\"")), ("&apos;", UInt8(ascii: "'")),
    ]

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}
