import Foundation
import Testing

/// The repository checks itself.
@Suite struct RepositoryTests {
    let repository = Repository.this

    @Test("every import is declared and points down the layers", .timeLimit(.minutes(1)))
    func layers() async throws {
        let findings = try await layerFindings(in: repository)
        #expect(findings.isEmpty, "\(listing(findings))")
    }

    @Test("every public declaration has a doc comment")
    func documented() throws {
        let findings = try repository.swiftFiles(below: "Sources").flatMap(Documented.findings)
        #expect(findings.isEmpty, "\(listing(findings))")
    }

    @Test("no banned word is used")
    func banned() throws {
        let findings = try repository.swiftFiles(below: "Sources", "Tests").flatMap(Banned.findings)
        #expect(findings.isEmpty, "\(listing(findings))")
    }

    @Test("SEC-F6 what people read goes through the console, which escapes what steers a terminal")
    func printing() throws {
        let files = try repository.swiftFiles(below: "Sources/Programs/Baton", "Sources/Programs/Requeue")
        #expect(files.count > 20)
        for file in files {
            for (index, line) in file.codeLines.enumerated() {
                let tokens = Tokens.of(line)
                #expect(!tokens.contains("print") && !tokens.contains("debugPrint"), "\(file.path):\(index + 1)")
                #expect(!line.contains("FileHandle.standard"), "\(file.path):\(index + 1)")
            }
        }
    }

    @Test("no type has the name of its module, no main file has 30 lines", .timeLimit(.minutes(1)))
    func shapes() async throws {
        let manifest = try await Manifest.dumped(by: repository)
        let files = try repository.swiftFiles(below: "Sources")
        let findings =
            Shapes.typesNamedLikeTheirModule(in: files, of: manifest) + Shapes.longMains(in: files, of: manifest)
        #expect(findings.isEmpty, "\(listing(findings))")
    }

    @Test("files over 500 lines are listed")
    func longFiles() throws {
        let findings = try Shapes.longFiles(in: repository.swiftFiles(below: "Sources", "Tests"))
        if !findings.isEmpty { print(listing(findings)) }
    }

    @Test("an undeclared import planted in a copy is caught", .timeLimit(.minutes(1)))
    func plantedUndeclaredImport() async throws {
        let found = try await findings(planting: "@preconcurrency import Tidiness", in: "Core")
        #expect(found == ["Neatness imports Tidiness without declaring it in Package.swift"])
    }

    @Test("an import that points up the layers, declared or not, planted in a copy is caught", .timeLimit(.minutes(1)))
    func plantedUpwardImport() async throws {
        let found = try await findings(planting: "import struct Tidiness.Broom", in: "Business", declared: true)
        #expect(
            found == [
                "Neatness (Core) must not depend on Tidiness (Business)",
                "Neatness must not import Tidiness: it is in Business",
            ])
    }

    @Test("a file of no target and a target of no layer planted in a copy are caught", .timeLimit(.minutes(1)))
    func plantedOutsiders() async throws {
        let found = try await findings(planting: "import Foundation", in: "Utilities")
        #expect(found == ["Tidiness is in no layer: Sources/Utilities/Tidiness"])
        try await repository.withCopy { copy in
            try copy.plant("import Foundation\n", at: "Sources/Core/Nowhere/Lost.swift")
            let lost = try await layerFindings(in: copy).filter { $0.path == "Sources/Core/Nowhere/Lost.swift" }
            #expect(lost.map(\.text) == ["no target has this file"])
        }
    }

    /// What is found in a copy that has a module Neatness in Core with one more line, and a module Tidiness in `layer`,
    /// beyond what is found in a copy without that line.
    private func findings(planting line: String, in layer: String, declared: Bool = false) async throws -> [String] {
        try await repository.withCopy { copy in
            let manifest = try String(contentsOf: copy.root.appending(path: "Package.swift"), encoding: .utf8)
            let dependencies = declared ? #""Tidiness""# : ""
            let targets = """

                package.targets += [
                    .target(name: "Tidiness", path: "Sources/\(layer)/Tidiness"),
                    .target(name: "Neatness", dependencies: [\(dependencies)], path: "Sources/Core/Neatness"),
                ]

                """
            try copy.plant(manifest + targets, at: "Package.swift")
            try copy.plant("struct Broom {}\n", at: "Sources/\(layer)/Tidiness/Broom.swift")
            try copy.plant("\(line)\n", at: "Sources/Core/Neatness/Shelf.swift")
            return try await layerFindings(in: copy).map(\.text).filter {
                $0.contains("Neatness") || $0.contains("Tidiness")
            }
        }
    }

    private func layerFindings(in repository: Repository) async throws -> [Finding] {
        let files = try repository.swiftFiles(below: "Sources", "Tests")
        return Layers.findings(in: files, of: try await Manifest.dumped(by: repository))
    }

    private func listing(_ findings: [Finding]) -> String {
        findings.map { "\n  \($0)" }.joined()
    }
}
