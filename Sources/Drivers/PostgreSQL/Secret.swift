import Glibc

/// A password that cannot be printed by accident.
public struct Secret: Sendable {
    let value: String

    /// Wraps a password.
    public init(_ value: String) { self.value = value }

    /// Reads the password from a file, without the line break at its end.
    public init(contentsOfFile path: String) throws(PostgreSQLError) {
        guard let file = fopen(path, "r") else {
            throw .configuration("cannot open the password file \(path): errno \(errno)")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = fread(&bytes, 1, bytes.count, file)
        value = String(decoding: bytes.prefix(count).prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        if value.isEmpty { throw .configuration("the password file \(path) is empty") }
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "***" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
