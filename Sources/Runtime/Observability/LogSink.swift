import Glibc
import Synchronization

/// Where finished log lines go: one `write(2)` per line, so that lines of several threads never mix.
public final class LogSink: Sendable {
    /// The process's standard error.
    public static let standardError = LogSink(descriptor: STDERR_FILENO)

    /// Whether the other end is a terminal, which a person reads.
    public let isTerminal: Bool

    private let descriptor: Int32
    private let turn = Mutex(())
    private let lost = Atomic<Int>(0)

    /// Writes to `descriptor`, which the caller keeps open.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
    }

    /// How many lines could not be written, because the disk is full or the reader has gone away.
    public var linesLost: Int { lost.load(ordering: .relaxed) }

    /// Writes `line` as a whole. A line that cannot be written is counted, since there is nowhere left to say so.
    func write(_ line: [UInt8]) {
        let isWritten = turn.withLock { _ in line.withUnsafeBytes(writeAll) }
        if !isWritten { lost.add(1, ordering: .relaxed) }
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let count = Glibc.write(descriptor, start, rest.count)
            if count >= 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            } else if errno == EAGAIN {
                // Whoever shares our descriptor made it non-blocking; a line is worth the wait that a blocking
                // one would have meant.
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&ready, 1, -1)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}
