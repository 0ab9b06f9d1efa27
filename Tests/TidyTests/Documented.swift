import Foundation

/// Every public declaration has a doc comment.
///
/// Members of a public extension and the requirements of a public protocol are public without saying so. Enum cases
/// are left to their authors, and an extension itself adds nothing to document. What an extension adds for the sake of
/// a protocol has the protocol's own documentation.
enum Documented {
    static func findings(in file: SourceFile) -> [Finding] {
        var findings: [Finding] = []
        var scopes: [Scope] = []
        var next = Scope.other
        for (index, line) in file.codeLines.enumerated() {
            if let declaration = Declaration(line) {
                if needsDocumentation(declaration, in: scopes.last), !hasDocumentation(index, in: file) {
                    findings.append(
                        Finding(
                            path: file.path, line: index + 1,
                            text: "public \(declaration.keyword) \(declaration.name) has no doc comment"))
                }
                if declaration.isType || declaration.keyword == "extension" {
                    next = opensToPublic(declaration, in: scopes.last) ? .membersArePublic : .other
                    if declaration.keyword == "extension", line.contains(": ") { next = .conformance }
                }
            }
            for character in line {
                if character == "{" {
                    scopes.append(next)
                    next = .other
                } else if character == "}" {
                    _ = scopes.popLast()
                }
            }
        }
        return findings
    }

    private enum Scope {
        case membersArePublic, conformance, other
    }

    private static let lessThanPublic: Set = ["package", "internal", "fileprivate", "private"]

    private static func isPublic(_ declaration: Declaration, in scope: Scope?) -> Bool {
        if !declaration.modifiers.isDisjoint(with: ["public", "open"]) { return true }
        return scope == .membersArePublic && declaration.modifiers.isDisjoint(with: lessThanPublic)
    }

    private static func needsDocumentation(_ declaration: Declaration, in scope: Scope?) -> Bool {
        scope != .conformance && !["extension", "import", "case"].contains(declaration.keyword)
            && isPublic(declaration, in: scope)
    }

    private static func opensToPublic(_ declaration: Declaration, in scope: Scope?) -> Bool {
        ["extension", "protocol"].contains(declaration.keyword) && isPublic(declaration, in: scope)
    }

    private static func hasDocumentation(_ declaration: Int, in file: SourceFile) -> Bool {
        var index = declaration - 1
        while index >= 0, Declaration.isIntroduction(file.codeLines[index]) { index -= 1 }
        guard index >= 0 else { return false }
        let above = file.lines[index].trimmingCharacters(in: .whitespaces)
        return above.hasPrefix("///") || above.hasSuffix("*/")
    }
}
