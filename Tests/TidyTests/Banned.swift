import Foundation

/// Words that the house style does without.
enum Banned {
    static func findings(in file: SourceFile) -> [Finding] {
        file.codeLines.indices.flatMap { index -> [Finding] in
            texts(for: index, of: file).map { Finding(path: file.path, line: index + 1, text: $0) }
        }
    }

    private static func texts(for index: Int, of file: SourceFile) -> [String] {
        let code = file.codeLines[index]
        let tokens = Tokens.of(code)
        var texts: [String] = []
        for word in Tokens.of(file.commentedLines[index]) where ["TODO", "FIXME"].contains(word) {
            texts.append("\(word): open an issue or do it")
        }
        for crash in ["try!", "as!", "fatalError("] where code.contains(crash) {
            texts.append("\(crash) crashes without saying why: throw, or use precondition with the state")
        }
        if hasLooseTask(tokens, after: index > 0 ? file.codeLines[index - 1] : "") {
            texts.append("a loose Task has no parent to cancel it and nobody to hear its error")
        }
        for escape in ["@unchecked Sendable", "nonisolated(unsafe)"] where code.contains(escape) {
            if !file.path.hasPrefix("Sources/Drivers/") {
                texts.append("\(escape) is for Drivers only")
            } else if !hasComment(index, in: file) {
                texts.append("\(escape) needs its proof in a comment above")
            }
        }
        if file.path.hasPrefix("Sources/"), forcesUnwrapping(code) {
            texts.append("! crashes without saying why: use guard, or precondition with the state")
        }
        if file.path.hasPrefix("Tests/"), !file.path.contains("/Support/"),
            !Set(tokens).isDisjoint(with: ["sleep", "usleep", "nanosleep"])
        {
            texts.append("a test waits for a signal or polls with a deadline (in a Support folder), it does not sleep")
        }
        return texts
    }

    /// A task whose handle nobody keeps, returns or awaits.
    private static func hasLooseTask(_ tokens: [String], after previousLine: String) -> Bool {
        tokens.indices.contains { position in
            guard tokens[position] == "Task", startsTask(tokens[(position + 1)...]) else { return false }
            if position == 0 {
                let last = Tokens.of(previousLine).last ?? ""
                return !["=", "return", "(", ",", "await", ":"].contains(last)
            }
            if ["{", ";", "in"].contains(tokens[position - 1]) { return true }
            return position >= 2 && tokens[position - 1] == "=" && tokens[position - 2] == "_"
        }
    }

    /// Whether what follows the word Task starts one; `Task(line: 1)` makes a value of some other type of that name.
    private static func startsTask(_ rest: ArraySlice<String>) -> Bool {
        switch rest.first {
        case "{", "<": return true
        case ".": return ["detached", "immediate"].contains(rest.dropFirst().first)
        case "(":
            let end = Tokens.afterParentheses(at: 0, of: Array(rest))
            return rest.dropFirst(end).first == "{"
        default: return false
        }
    }

    private static func hasComment(_ line: Int, in file: SourceFile) -> Bool {
        if file.codeLines[line] != file.commentedLines[line] { return true }
        var index = line - 1
        while index >= 0, Declaration.isIntroduction(file.codeLines[index]) { index -= 1 }
        return index >= 0 && file.codeLines[index] != file.commentedLines[index]
    }

    /// `value!` and `Type!`; not `!condition`, not `!=`, and not `try!` and `as!`, which are found as such.
    private static func forcesUnwrapping(_ code: String) -> Bool {
        let bytes = Array(code.utf8)
        return bytes.indices.contains { index in
            guard bytes[index] == UInt8(ascii: "!"), index > 0 else { return false }
            guard index + 1 == bytes.count || bytes[index + 1] != UInt8(ascii: "=") else { return false }
            let before = Character(UnicodeScalar(bytes[index - 1]))
            guard before.isLetter || before.isNumber || "_)]\"`?".contains(before) else { return false }
            let word = Tokens.of(String(decoding: bytes[..<index], as: UTF8.self)).last ?? ""
            return !["try", "as"].contains(word)
        }
    }
}
