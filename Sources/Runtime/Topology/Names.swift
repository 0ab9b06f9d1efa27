/// The names that the description may use: safe in a routing key, a permission pattern, a path and a row.
enum Names {
    static let rule = "a name is lower-case letters, digits, hyphens and dots, and begins with a letter"

    static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, letters.contains(first) else { return false }
        return name.utf8.allSatisfy { letters.contains($0) || digits.contains($0) || "-.".utf8.contains($0) }
    }

    private static let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
}
