import Foundation
import Testing

/// Each check catches what is planted, and leaves alone what only looks like it.
@Suite struct CheckTests {
    @Test("strings and comments are blanked, whatever their fences, and lines stay where they are")
    func blanking() {
        let text = #"""
            let a = "one \(call("two") + 1) three" // four
            /* five /* six */ seven */ let b = #"eight " \n"# + "nine\"ten"
            let c = """
                eleven "twelve" \(thirteen)
                """; let d = 1
            """#
        let file = SourceFile(path: "Sources/X.swift", text: text)
        let words = file.codeLines.map { Tokens.of($0).filter { $0.first?.isLetter == true }.joined(separator: " ") }
        #expect(words == ["let a", "let b", "let c", "", "let d"])
        #expect(file.codeLines.map(\.utf8.count) == file.lines.map(\.utf8.count))
        #expect(file.commentedLines[0].hasSuffix("// four"))
        #expect(!file.commentedLines[0].contains("two"))
    }

    @Test(
        "imports are seen in all their forms",
        arguments: [
            ("import Deals", "Deals"), ("@testable import Deals", "Deals"), ("public import Deals.Money", "Deals"),
            ("@_spi(Tests) internal import struct Deals.Money", "Deals"), ("// import Deals", nil),
            ("let text = \"import Deals\"", nil),
        ])
    func imports(line: String, module: String?) {
        #expect(Layers.imports(of: SourceFile(path: "Sources/X.swift", text: line)).first?.module == module)
    }

    @Test("a C library imported by another module than its driver is caught")
    func cImport() throws {
        let manifest = try JSONDecoder().decode(
            Manifest.self,
            from: Data(
                #"""
                {"targets": [
                  {"name": "CRabbitMQ", "type": "system", "path": "Sources/Drivers/CRabbitMQ", "dependencies": []},
                  {"name": "Threads", "type": "regular", "path": "Sources/Drivers/Threads",
                   "dependencies": [{"byName": ["CRabbitMQ", null]}, {"product": ["Yams", "Yams", null, null]}]}]}
                """#.utf8))
        let file = SourceFile(path: "Sources/Drivers/Threads/IOThread.swift", text: "import CRabbitMQ")
        let findings = Layers.findings(in: [file], of: manifest)
        #expect(findings.map(\.text) == ["CRabbitMQ may be imported by RabbitMQ only"])
    }

    @Test(
        "an undocumented public declaration is caught",
        arguments: [
            "public struct Deal {}", "    public init() {}", "@discardableResult public func add() {}",
            "public private(set) var count = 0", "@available(*, deprecated)\npublic static let name = 1",
            "public nonisolated class func make() {}", "open class Deal {}",
            "public extension Deal {\n    var amount: Int { 1 }\n}",
            "/// A port.\npublic protocol ERP {\n    func call()\n}",
            "/// Detached.\n\npublic struct Deal {}",
        ])
    func undocumented(text: String) {
        #expect(Documented.findings(in: SourceFile(path: "Sources/X.swift", text: text)).count == 1)
    }

    @Test(
        "what is documented or not public needs no doc comment",
        arguments: [
            "/// A deal.\npublic struct Deal {}", "/// A deal.\n@frozen\npublic struct Deal {}",
            "/** A deal. */\npublic struct Deal {}", "struct Deal {}", "public import Deals",
            "let text = \"public var x\"",
            "public extension Deal {\n    internal var amount: Int { 1 }\n}",
            "public extension Deal {\n    /// Cents.\n    var amount: Int {\n        let sum = 1\n        return sum\n    }\n}",
            "public extension Deal {}\nstruct Plan {\n    let line: Int\n}", "func call(public value: Int) {}",
        ])
    func documented(text: String) {
        #expect(Documented.findings(in: SourceFile(path: "Sources/X.swift", text: text)).isEmpty)
    }

    @Test(
        "a banned word is caught",
        arguments: [
            ("Sources/X.swift", "let x = 1  // TO" + "DO later"), ("Tests/X.swift", "/* FIX" + "ME */"),
            ("Tests/X.swift", "let x = try! call()"), ("Sources/X.swift", "let x = y as! Int"),
            ("Sources/X.swift", "fatalError(\"no\")"), ("Sources/X.swift", "    Task { await call() }"),
            ("Sources/X.swift", "_ = Task.detached { await call() }"), ("Sources/X.swift", "defer { Task { call() } }"),
            ("Sources/X.swift", "Task<Void, Never> {"), ("Sources/X.swift", "Task(priority: .high) { call() }"),
            ("Sources/X.swift", "perform { value in Task { call() } }"),
            ("Sources/Core/X.swift", "final class X: @unchecked Sendable {}"),
            ("Tests/X.swift", "nonisolated(unsafe) var x = 0"),
            ("Sources/Drivers/X.swift", "final class X: @unchecked Sendable {}"),
            ("Sources/X.swift", "let x = values.first!.name"), ("Sources/X.swift", "let x = call()!"),
            ("Sources/X.swift", "var x: String!"),
            ("Tests/X.swift", "try await Task.sleep(for: .seconds(1))"), ("Tests/X.swift", "usleep(10)"),
        ])
    func banned(path: String, text: String) {
        #expect(Banned.findings(in: SourceFile(path: path, text: text)).count == 1)
    }

    @Test(
        "what only looks like a banned word is left alone",
        arguments: [
            ("Sources/X.swift", "let text = \"TO" + "DO\""), ("Sources/X.swift", "// never try! this"),
            ("Sources/X.swift", "let task = Task { await call() }"), ("Sources/X.swift", "try await Task { 1 }.value"),
            ("Sources/X.swift", "let task =\n    Task { 1 }"), ("Sources/X.swift", "return Task { 1 }"),
            ("Sources/X.swift", "perform { Task.isCancelled }"), ("Sources/X.swift", "lines.map { Task(line: $0) }"),
            ("Sources/X.swift", "group.addTask { call() }"),
            ("Sources/X.swift", "if !done && a != b { call(!x) }"), ("Sources/X.swift", "let x = a!=b"),
            ("Sources/Drivers/X.swift", "/// One thread owns it.\nfinal class X: @unchecked Sendable {}"),
            ("Sources/Drivers/X.swift", "nonisolated(unsafe) let x = 0  // never written"),
            ("Sources/X.swift", "try await Task.sleep(for: pause)"), ("Tests/X.swift", "let sleeper = 1"),
            ("Tests/XTests/Support/Waiting.swift", "try await Task.sleep(for: .milliseconds(10))"),
        ])
    func harmless(path: String, text: String) {
        #expect(Banned.findings(in: SourceFile(path: path, text: text)) == [])
    }

    @Test("long files, long main files and types named like their module are caught")
    func shapes() throws {
        let manifest = try JSONDecoder().decode(
            Manifest.self,
            from: Data(
                #"""
                {"targets": [
                  {"name": "Deals", "type": "regular", "path": "Sources/Business/Deals", "dependencies": []},
                  {"name": "baton", "type": "executable", "path": "Sources/Programs/Baton", "dependencies": []}]}
                """#.utf8))
        func file(_ path: String, _ first: String, lines: Int) -> SourceFile {
            SourceFile(path: path, text: first + String(repeating: "\n", count: lines))
        }
        let long = [file("Sources/X.swift", "", lines: 501), file("Sources/Y.swift", "", lines: 500)]
        #expect(Shapes.longFiles(in: long).map(\.path) == ["Sources/X.swift"])

        let programs = "Sources/Programs/Baton"
        let mains = [
            file("\(programs)/main.swift", "", lines: 30),
            file("\(programs)/Long.swift", "@main struct X {", lines: 30),
            file("\(programs)/Short.swift", "@main struct X {", lines: 29),
            file("\(programs)/Other.swift", "", lines: 99),
        ]
        let longMains = Shapes.longMains(in: mains, of: manifest)
        #expect(longMains.map(\.path) == ["\(programs)/main.swift", "\(programs)/Long.swift"])

        let types = [
            file("Sources/Business/Deals/X.swift", "public enum Deals {}", lines: 1),
            file("Sources/Business/Deals/Y.swift", "public struct Deal {}", lines: 1),
            file("\(programs)/Z.swift", "struct baton {}", lines: 1),
        ]
        let named = Shapes.typesNamedLikeTheirModule(in: types, of: manifest)
        #expect(named.map(\.path) == ["Sources/Business/Deals/X.swift"])
    }
}
