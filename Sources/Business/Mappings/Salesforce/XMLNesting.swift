/// How deep the elements of an XML text nest, found out before it is parsed: the parser recurses, and a small text of
/// nothing but opening tags would end the process.
enum XMLNesting {
    /// Envelope, body, notifications, notification, record and field are six.
    static let limit = 16

    /// Whether elements nest deeper than the limit; of a text that is no XML it may say either.
    static func isTooDeep(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        var depth = 0
        while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
            rest = rest[start...]
            if let end = skipped(rest) {
                rest = rest[end...]
                continue
            }
            let isClosing = rest.dropFirst().first == UInt8(ascii: "/")
            let end = endOfTag(rest)
            let isEmpty = end > start + 1 && bytes[end - 1] == UInt8(ascii: "/")
            if isClosing { depth = max(depth - 1, 0) } else if !isEmpty { depth += 1 }
            if depth > limit { return true }
            rest = bytes[min(end + 1, bytes.endIndex)...]
        }
        return false
    }

    /// Where a comment, a CDATA section or an instruction ends that begins here; nil where none begins.
    private static func skipped(_ rest: ArraySlice<UInt8>) -> Int? {
        let marks: [(begin: String, end: String)] = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
        guard let mark = marks.first(where: { rest.starts(with: $0.begin.utf8) }) else { return nil }
        let end = Array(mark.end.utf8)
        var index = rest.startIndex + mark.begin.utf8.count
        while index + end.count <= rest.endIndex {
            if rest[index..<index + end.count].elementsEqual(end) { return index + end.count }
            index += 1
        }
        return rest.endIndex
    }

    /// The `>` of the tag that begins here, not one within quotes; the end of the text where there is none.
    private static func endOfTag(_ rest: ArraySlice<UInt8>) -> Int {
        var quote: UInt8?
        for (index, byte) in zip(rest.indices, rest) {
            switch byte {
            case quote: quote = nil
            case UInt8(ascii: "\""), UInt8(ascii: "'"): if quote == nil { quote = byte }
            case UInt8(ascii: ">"): if quote == nil { return index }
            default: continue
            }
        }
        return rest.endIndex
    }
}
