/// What a line of code declares: its attributes and modifiers, the keyword and the name after it.
struct Declaration {
    let modifiers: Set<String>
    let keyword: String
    let name: String

    var isType: Bool { Self.typeKeywords.contains(keyword) }

    private static let typeKeywords: Set = ["struct", "class", "enum", "actor", "protocol", "typealias"]
    private static let keywords = typeKeywords.union([
        "let", "var", "func", "init", "subscript", "extension", "associatedtype", "case", "macro", "import",
    ])
    private static let modifierWords: Set = [
        "public", "open", "package", "internal", "fileprivate", "private", "static", "final", "override", "nonisolated",
        "mutating", "nonmutating", "consuming", "borrowing", "convenience", "required", "indirect", "lazy", "weak",
        "unowned", "isolated", "prefix", "postfix", "infix", "dynamic", "distributed", "optional",
    ]

    /// The declaration that begins on this line of code, if one does.
    init?(_ line: String) {
        let tokens = Tokens.of(line)
        let (modifiers, end) = Self.modifiers(of: tokens)
        guard end < tokens.count, Self.keywords.contains(tokens[end]) else { return nil }
        self.modifiers = modifiers
        keyword = tokens[end]
        name = end + 1 < tokens.count ? tokens[end + 1] : ""
    }

    /// Whether the line has attributes and modifiers only, and so belongs to the declaration below.
    static func isIntroduction(_ line: String) -> Bool {
        let tokens = Tokens.of(line)
        return !tokens.isEmpty && modifiers(of: tokens).end == tokens.count
    }

    private static func modifiers(of tokens: [String]) -> (Set<String>, end: Int) {
        var found: Set<String> = []
        var position = 0
        while position < tokens.count {
            let token = tokens[position]
            let next = position + 1 < tokens.count ? tokens[position + 1] : ""
            let isClassMember = token == "class" && ["func", "var", "let", "subscript"].contains(next)
            guard token.hasPrefix("@") || modifierWords.contains(token) || isClassMember else { break }
            position += 1
            if next == "(" {
                position = Tokens.afterParentheses(at: position, of: tokens)
            } else {
                found.insert(token)
            }
        }
        return (found, position)
    }
}

/// The words and signs of a line.
enum Tokens {
    /// Words with a leading `@` or `#` are one token, every other sign is a token of its own.
    static func of(_ line: String) -> [String] {
        var tokens: [String] = []
        var isInWord = false
        for character in line {
            let isWord = character.isLetter || character.isNumber || character == "_"
            if isWord && isInWord {
                tokens[tokens.count - 1].append(character)
            } else if !character.isWhitespace {
                tokens.append(String(character))
            }
            isInWord = isWord || character == "@" || character == "#"
        }
        return tokens
    }

    static func afterParentheses(at start: Int, of tokens: [String]) -> Int {
        var depth = 0
        for position in start..<tokens.count {
            if tokens[position] == "(" { depth += 1 }
            if tokens[position] == ")" { depth -= 1 }
            if depth == 0 { return position + 1 }
        }
        return tokens.count
    }
}
