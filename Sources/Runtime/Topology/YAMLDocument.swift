import Foundation
import Yams

/// A YAML file being read; collects everything that is wrong with it instead of stopping at the first mistake.
final class YAMLDocument {
    let file: String
    private(set) var problems: [DescriptionProblem] = []

    init(file: String) {
        self.file = file
    }

    /// The document's top mapping, or nothing if it cannot be read so far.
    func top(allowing keys: [String]) -> YAMLMapping? {
        guard let data = FileManager.default.contents(atPath: file) else {
            report("the file is missing or unreadable", at: nil)
            return nil
        }
        guard let text = String(data: data, encoding: .utf8) else {
            report("the file is not UTF-8", at: nil)
            return nil
        }
        do {
            guard let node = try Yams.compose(yaml: text) else {
                report("the file is empty", at: nil)
                return nil
            }
            return mapping(node, "the file", allowing: keys)
        } catch {
            report(unreadable: error)
            return nil
        }
    }

    /// `node` as a mapping, after reporting each key that nothing would read.
    func mapping(_ node: Node, _ what: String, allowing keys: [String]) -> YAMLMapping? {
        guard let mapping = node.mapping else {
            report("\(what) has to be a mapping with \(keys.joined(separator: ", "))", at: node)
            return nil
        }
        for (key, _) in mapping {
            guard let name = key.string, keys.contains(name) else {
                report(
                    "\(what) has no key `\(key.string ?? "?")`; it may have \(keys.joined(separator: ", "))", at: key)
                continue
            }
        }
        return YAMLMapping(node: node, mapping: mapping, what: what, document: self)
    }

    /// Notes a problem at the line of `node`.
    func report(_ sentence: String, at node: Node?) {
        problems.append(DescriptionProblem(file: file, line: node?.mark?.line, sentence))
    }

    private func report(unreadable error: any Error) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            problems.append(DescriptionProblem(file: file, line: mark.line, "this is not YAML: \(problem)"))
        case .duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.map { "`\($0)`" }.joined(separator: ", ")
            problems.append(DescriptionProblem(file: file, line: context.mark.line, "\(keys) is said twice"))
        default:
            report("this is not YAML: \(error)", at: nil)
        }
    }
}
