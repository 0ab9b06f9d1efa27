/// Reads one JSON text by RFC 8259, and refuses what two readers would understand differently (RFC 7493, I-JSON): a name
/// twice in one object, a surrogate without its other half, NaN and Infinity, nesting deeper than a limit.
struct JSONReader {
    /// Where and why the bytes are no JSON; says nothing of what they contain.
    struct Problem: Error, Equatable {
        let offset: Int
        let text: String
    }

    private let bytes: [UInt8]
    private let maximalDepth: Int
    private let maximalValues: Int
    private let goesOn: () -> Bool
    private var index = 0
    private var depth = 0
    private var values = 0

    private init(_ bytes: [UInt8], maximalDepth: Int, maximalValues: Int, while goesOn: @escaping () -> Bool) {
        self.bytes = bytes
        self.maximalDepth = maximalDepth
        self.maximalValues = maximalValues
        self.goesOn = goesOn
    }

    /// Reads `bytes`, which must be valid UTF-8; gives up once `goesOn`, which is asked now and then, says no.
    static func read(
        _ bytes: [UInt8], maximalDepth: Int, maximalValues: Int = Limits.standard.values,
        while goesOn: @escaping () -> Bool = { true }
    ) throws(Problem) -> JSON {
        var reader = JSONReader(
            bytes, maximalDepth: maximalDepth, maximalValues: maximalValues, while: goesOn)
        reader.skipSpace()
        let value = try reader.value()
        reader.skipSpace()
        guard reader.index == bytes.count else { throw reader.problem("something follows the end of the JSON text") }
        return value
    }

    private func problem(_ text: String) -> Problem { Problem(offset: index, text: text) }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        index += 1
        return true
    }

    private mutating func value() throws(Problem) -> JSON {
        values += 1
        guard values <= maximalValues else { throw problem("it has more than \(maximalValues) values") }
        guard !values.isMultiple(of: 1024) || goesOn() else { throw problem("it takes longer to read than it may") }
        switch current {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
        case .none: throw problem("the text ends where a value is expected")
        case .some: throw problem("a value is expected")
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(Problem) -> JSON {
        let end = index + word.utf8CodeUnitCount
        guard end <= bytes.count, bytes[index..<end].elementsEqual(word.description.utf8) else {
            throw problem("a value is expected")
        }
        index = end
        return value
    }

    private mutating func enter() throws(Problem) {
        depth += 1
        guard depth <= maximalDepth else { throw problem("nested deeper than \(maximalDepth) levels") }
        index += 1
        skipSpace()
    }

    private mutating func array() throws(Problem) -> JSON {
        try enter()
        defer { depth -= 1 }
        var items: [JSON] = []
        if take(UInt8(ascii: "]")) { return .array(items) }
        while true {
            skipSpace()
            items.append(try value())
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(items) }
            guard take(UInt8(ascii: ",")) else { throw problem("a comma or the end of the array is expected") }
        }
    }

    private mutating func object() throws(Problem) -> JSON {
        try enter()
        defer { depth -= 1 }
        var members: [JSON.Member] = []
        var names = UniqueNames()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw problem("a name in quotes is expected") }
            let start = index
            let name = try string()
            guard names.insert(name, beside: members) else {
                throw Problem(offset: start, text: "one object has the same name twice")
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw problem("a colon is expected after a name") }
            skipSpace()
            members.append(JSON.Member(name, try value()))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw problem("a comma or the end of the object is expected") }
        }
    }

    private mutating func digits() -> Int {
        let start = index
        while let byte = current, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { index += 1 }
        return index - start
    }

    private mutating func number() throws(Problem) -> JSON {
        let start = index
        _ = take(UInt8(ascii: "-"))
        let startsWithZero = current == UInt8(ascii: "0")
        let count = digits()
        guard count > 0, !startsWithZero || count == 1 else { throw problem("a number is written in another way") }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            guard digits() > 0 else { throw problem("a digit is expected after the decimal point") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw problem("a digit is expected in the exponent") }
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isInteger, let exact = Int64(text) { return .integer(exact) }
        guard let number = JSON.Number(text) else { throw problem("a number is written in another way") }
        // 1.0 and 1e2 are whole numbers; exact up to 2^53 for every other reader too.
        if !isInteger, number.value.magnitude <= 0x1p53, let whole = Int64(exactly: number.value),
            ExactDecimal(text)?.isWhole == true
        {
            return .integer(whole)
        }
        return .number(number)
    }

    private mutating func string() throws(Problem) -> String {
        index += 1
        let start = index
        while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { index += 1 }
        if current == UInt8(ascii: "\"") {
            defer { index += 1 }
            return String(decoding: bytes[start..<index], as: UTF8.self)
        }
        var unescaped = Array(bytes[start..<index])
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return String(decoding: unescaped, as: UTF8.self)
            case UInt8(ascii: "\\"):
                index += 1
                unescaped.append(contentsOf: String(Character(try escape())).utf8)
            case 0x00..<0x20: throw problem("a control character stands in a string without its escape")
            default:
                unescaped.append(byte)
                index += 1
            }
        }
        throw problem("the text ends within a string")
    }

    private mutating func escape() throws(Problem) -> Unicode.Scalar {
        guard let byte = current else { throw problem("the text ends within a string") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw problem("an escape that JSON does not have")
        }
    }

    private mutating func unicodeEscape() throws(Problem) -> Unicode.Scalar {
        let unit = try hexUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(unit), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw problem("half of a surrogate pair stands alone")
        }
        let trail = try hexUnit()
        guard UTF16.isTrailSurrogate(trail) else { throw problem("half of a surrogate pair stands alone") }
        return UTF16.decode(UTF16.EncodedScalar([unit, trail]))
    }

    private mutating func hexUnit() throws(Problem) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw problem("four hexadecimal digits are expected")
            }
            unit = unit << 4 | UInt16(digit)
            index += 1
        }
        return unit
    }
}

/// Notices a name that an object has already; a set only once there are many, since most objects have a few members.
private struct UniqueNames {
    private var many: Set<[UInt8]> = []

    mutating func insert(_ name: String, beside members: [JSON.Member]) -> Bool {
        if members.count < 24 { return members.first(named: name) == nil }
        if many.isEmpty { many = Set(members.map { Array($0.name.utf8) }) }
        return many.insert(Array(name.utf8)).inserted
    }
}
