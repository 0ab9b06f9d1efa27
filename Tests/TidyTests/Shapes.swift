import Foundation

/// Sizes and names of files and types.
enum Shapes {
    static let longFile = 500
    static let mainFile = 30

    /// Files so long that they probably hold more than one thing.
    static func longFiles(in files: [SourceFile]) -> [Finding] {
        files.filter { lineCount(of: $0) > longFile }.map { file in
            Finding(path: file.path, line: longFile, text: "warning: \(lineCount(of: file)) lines; can it be cut?")
        }
    }

    /// Executables contain wiring only, so that the rest can be called from tests.
    static func longMains(in files: [SourceFile], of manifest: Manifest) -> [Finding] {
        files.filter { file in
            manifest.target(of: file.path)?.type == "executable" && isMain(file) && lineCount(of: file) >= mainFile
        }.map { file in
            Finding(
                path: file.path, line: mainFile, text: "a main file has under \(mainFile) lines: move the rest out")
        }
    }

    /// A type named like its module breaks qualified lookup; nobody imports a program, so it may.
    static func typesNamedLikeTheirModule(in files: [SourceFile], of manifest: Manifest) -> [Finding] {
        files.flatMap { file -> [Finding] in
            guard let target = manifest.target(of: file.path), target.type != "executable" else { return [] }
            return file.codeLines.enumerated().compactMap { index, line in
                guard let declaration = Declaration(line), declaration.isType, declaration.name == target.name else {
                    return nil
                }
                return Finding(
                    path: file.path, line: index + 1,
                    text: "\(declaration.keyword) \(declaration.name) has the name of its module")
            }
        }
    }

    private static func isMain(_ file: SourceFile) -> Bool {
        file.path.hasSuffix("/main.swift") || file.codeLines.contains { Tokens.of($0).contains("@main") }
    }

    private static func lineCount(of file: SourceFile) -> Int {
        file.lines.last == "" ? file.lines.count - 1 : file.lines.count
    }
}
