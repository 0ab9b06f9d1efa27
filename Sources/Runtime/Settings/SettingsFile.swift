import Glibc

/// A file that a setting names, as far as settings care.
public struct SettingsFile: Sendable, Equatable {
    /// What is in it.
    public let bytes: [UInt8]
    /// Whether every user of the machine may read it. Not so of what a container engine mounts below `/run/secrets`: with
    /// whatever mode, only the one container sees it.
    public let isWorldReadable: Bool

    /// Describes a file.
    public init(bytes: [UInt8], isWorldReadable: Bool = false) {
        self.bytes = bytes
        self.isWorldReadable = isWorldReadable
    }

    /// The largest file that is read: certificate bundles are the largest that there are.
    private static let mostBytes = 4 << 20

    /// Reads the file at `path`.
    public static func read(_ path: String) throws -> SettingsFile {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Unreadable(reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Unreadable(reason: String(cString: strerror(errno))) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Unreadable(reason: "not a regular file") }
        guard status.st_size <= mostBytes else { throw Unreadable(reason: "over \(mostBytes) bytes") }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            if count == 0 { break }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Unreadable(reason: String(cString: strerror(errno))) }
            bytes += part.prefix(count)
            guard bytes.count <= mostBytes else { throw Unreadable(reason: "over \(mostBytes) bytes") }
        }
        let isMountedSecret = path.hasPrefix("/run/secrets/")
        return SettingsFile(bytes: bytes, isWorldReadable: status.st_mode & S_IROTH != 0 && !isMountedSecret)
    }

    /// Why a file cannot be read.
    public struct Unreadable: Error, CustomStringConvertible {
        /// The system's words.
        public let reason: String

        /// Gives the reason.
        public init(reason: String) { self.reason = reason }

        /// The reason.
        public var description: String { reason }
    }
}
