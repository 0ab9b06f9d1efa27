import Foundation
import Support

extension TestCompany {
    /// Everything that the sandbox did, as its state file has it.
    func sandboxLog() throws -> [LoggedEffect] {
        try String(contentsOfFile: effectsFile, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(LoggedEffect.self, from: Data($0.utf8))
        }
    }
}

/// One line of the sandbox's log with what was asked.
struct LoggedEffect: Decodable, Sendable, Equatable {
    let verb: String
    let key: String
    let id: String
    let subject: String?
    let asked: Value

    /// Any JSON.
    enum Value: Decodable, Sendable, Equatable {
        case text(String)
        case integer(Int64)
        case list([Value])
        case fields([String: Value])
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(String.self) {
                self = .text(value)
            } else if let value = try? container.decode(Int64.self) {
                self = .integer(value)
            } else if let value = try? container.decode([Value].self) {
                self = .list(value)
            } else if let value = try? container.decode([String: Value].self) {
                self = .fields(value)
            } else {
                self = .other
            }
        }

        /// Each value by its path, such as `lines.0.amountMinor`.
        func leaves(at path: String = "") -> [String: String] {
            switch self {
            case .text(let value): [path: value]
            case .integer(let value): [path: "\(value)"]
            case .other: [:]
            case .list(let values):
                values.enumerated().reduce(into: [:]) { leaves, item in
                    leaves.merge(item.element.leaves(at: path + (path.isEmpty ? "" : ".") + "\(item.offset)")) { $1 }
                }
            case .fields(let values):
                values.reduce(into: [:]) { leaves, item in
                    leaves.merge(item.value.leaves(at: path + (path.isEmpty ? "" : ".") + item.key)) { $1 }
                }
            }
        }
    }
}
