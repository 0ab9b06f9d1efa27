import Foundation

/// Files of one JSON object a line.
enum JSONLines {
    /// A line that is not what it should be.
    struct Unreadable: Error, CustomStringConvertible {
        let path: String
        let line: Int
        let reason: String
        var description: String { "\(path), line \(line) cannot be read: \(reason)" }
    }

    static func read<Value: Decodable>(_ type: Value.Type, at path: String) throws -> [Value] {
        let decoder = JSONDecoder()
        let lines = try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: UInt8(ascii: "\n"))
        return try lines.enumerated().map { index, line in
            do {
                return try decoder.decode(type, from: line)
            } catch {
                throw Unreadable(path: path, line: index + 1, reason: "\(error)")
            }
        }
    }
}
