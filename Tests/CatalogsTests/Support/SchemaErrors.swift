import Catalogs
import Foundation
import Yams

/// What Debian's python3-jsonschema says of a file of rows, by the schema that is shipped for its table.
func schemaErrors(of file: URL, as table: CatalogTable) throws -> [String] {
    let node = try Yams.compose(yaml: try Folders.text(of: file)) ?? Node("")
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = [
        Folders.tests.appending(path: "Support/schema_errors.py").path(),
        Folders.repository.appending(path: "Catalog/schemas/\(table.rawValue).schema.json").path(),
    ]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    // Read while writing: both pipes are small.
    let body = try JSONSerialization.data(withJSONObject: json(node), options: .fragmentsAllowed)
    let writer = Thread {
        try? input.fileHandleForWriting.write(contentsOf: body)
        try? input.fileHandleForWriting.close()
    }
    writer.start()
    let lines = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        .split(separator: "\n").map(String.init)
    process.waitUntilExit()
    guard lines.last == "end" else { throw SilentValidator() }
    return lines.dropLast()
}

struct SilentValidator: Error, CustomStringConvertible {
    let description = "schema_errors.py ended early; is python3-jsonschema installed for /usr/bin/python3?"
}

/// A node as JSON; a date stays the text that it is in JSON.
private func json(_ node: Node) -> Any {
    switch node {
    case .sequence(let items): return items.map(json)
    case .mapping(let pairs):
        return Dictionary(pairs.map { ($0.key.string ?? "", json($0.value)) }, uniquingKeysWith: { first, _ in first })
    case .scalar(let scalar):
        switch node.tag.description {
        case Tag.Name.int.rawValue: return Int64(scalar.string) ?? NSNull()
        case Tag.Name.float.rawValue: return Double(scalar.string) ?? NSNull()
        case Tag.Name.bool.rawValue: return node.bool ?? NSNull()
        case Tag.Name.null.rawValue: return NSNull()
        default: return scalar.string
        }
    case .alias: return NSNull()
    }
}
