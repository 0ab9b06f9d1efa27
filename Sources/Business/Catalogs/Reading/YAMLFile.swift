import Foundation
import Yams

/// A file of rows being read; collects everything that is wrong with it instead of stopping at the first mistake.
final class YAMLFile {
    let path: String
    private(set) var faults: [CatalogFault] = []
    /// Whether its rows could be told apart; what refers to one that could not be read is not reported as unknown.
    private(set) var isReadable = false

    /// Whether nothing is wrong where it is absent.
    private let isOptional: Bool

    init(path: String, isOptional: Bool = false) {
        self.path = path
        self.isOptional = isOptional
    }

    /// The rows, each with the keys that it may have.
    func rows(_ what: String, allowing keys: [String]) -> [YAMLRow] {
        guard let data = FileManager.default.contents(atPath: path) else {
            if !isOptional { report("the file is missing", at: nil) }
            return []
        }
        guard let text = String(data: data, encoding: .utf8) else {
            report("the file is not UTF-8", at: 1)
            return []
        }
        guard !reportTabs(in: text) else { return [] }
        // Cut between two lines, a file is still YAML; what an editor writes ends with a line break.
        if !text.isEmpty, !text.hasSuffix("\n") {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            report("the file ends within a line: it was cut off", at: lines.count)
        }
        do {
            guard let node = try Yams.compose(yaml: text) else {
                report("the file is empty; write [] where there are no rows", at: 1)
                return []
            }
            guard let list = node.sequence else {
                report("the file has to be a list of rows, each beginning with `- `", at: node.mark?.line)
                return []
            }
            isReadable = true
            return list.compactMap { row($0, what, allowing: keys) }
        } catch {
            report(unreadable: error)
            return []
        }
    }

    /// `node` as a row, after reporting each key that nothing would read.
    func row(_ node: Node, _ what: String, allowing keys: [String]) -> YAMLRow? {
        guard let mapping = node.mapping else {
            report("\(what) has to be a mapping with \(keys.joined(separator: ", "))", at: node.mark?.line)
            return nil
        }
        for (key, _) in mapping where !(key.string.map(keys.contains) ?? false) {
            report(
                "\(what) has no key `\(key.string ?? "?")`; it may have \(keys.joined(separator: ", "))",
                at: key.mark?.line)
        }
        return YAMLRow(node: node, mapping: mapping, what: what, file: self)
    }

    func report(_ sentence: String, at line: Int?) {
        faults.append(CatalogFault(file: path, line: line, sentence: sentence))
    }

    private func reportTabs(in text: String) -> Bool {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let tabbed = lines.indices.filter { lines[$0].prefix { $0 == " " || $0 == "\t" }.contains("\t") }
        for line in tabbed { report("the line is indented with a tab; use spaces", at: line + 1) }
        return !tabbed.isEmpty
    }

    private func report(unreadable error: any Error) {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            // What was begun and not ended is reported where it began, not at the end of the file.
            report("this is not YAML: \(problem)", at: (context?.mark ?? mark).line)
        case .duplicatedKeysInMapping(let duplicates, let context):
            report("\(duplicates.map { "`\($0)`" }.joined(separator: ", ")) is said twice", at: context.mark.line)
        default: report("this is not YAML: \(error)", at: 1)
        }
    }
}
