import Foundation
import NIOPosix
import Synchronization

/// The state file, open for appending: lines go in under the state's lock and are waited for outside it.
///
/// Concurrent requests share an fsync: the first that waits writes and syncs all that is there, the others wait, and
/// whoever is left over leads the next round.
final class EffectLog: Sendable {
    private enum Turn { case done, lead }

    private struct Queue {
        var bytes: [UInt8] = []
        /// All bytes ever taken in, and how many of them are on the disk.
        var appended = 0
        var synced = 0
        var isWriting = false
        var failure: StateFileError?
        var waiting: [(mark: Int, continuation: CheckedContinuation<Turn, any Error>)] = []
    }

    private let path: String
    private let descriptor: Int32
    private let queue: Mutex<Queue>

    /// Opens, locks and replays `path`, cutting off a torn last line; `note` is told of that.
    static func open(_ path: String, note: (String) -> Void) throws -> (log: EffectLog, world: World) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StateFileError.system(path: path, call: "open", code: errno) }
        do {
            // A second sandbox on the same file would interleave its numbers with ours.
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw StateFileError.inUse(path: path) }
            let contents = try EffectFile.read(try Data(contentsOf: URL(filePath: path)), path: path)
            if contents.tornBytes > 0 {
                note("\(path): cut off a torn last line of \(contents.tornBytes) bytes")
                guard ftruncate(descriptor, contents.wholeBytes) == 0 else {
                    throw StateFileError.system(path: path, call: "ftruncate", code: errno)
                }
            }
            guard lseek(descriptor, 0, SEEK_END) >= 0, fsync(descriptor) == 0 else {
                throw StateFileError.system(path: path, call: "fsync", code: errno)
            }
            try syncFolder(of: path)
            return (EffectLog(path: path, descriptor: descriptor, size: contents.wholeBytes), contents.world)
        } catch {
            close(descriptor)
            throw error
        }
    }

    private init(path: String, descriptor: Int32, size: Int) {
        self.path = path
        self.descriptor = descriptor
        queue = Mutex(Queue(appended: size, synced: size))
    }

    deinit {
        release()
        close(descriptor)
    }

    /// Lets another sandbox have the file.
    func release() {
        // Closing alone would leave the lock with a child process that is between fork and exec.
        flock(descriptor, LOCK_UN)
    }

    /// How many bytes of the file are on the disk.
    var syncedBytes: Int { queue.withLock { $0.synced } }

    /// Takes lines in and says up to which mark `sync` must get before anything that depends on them is answered.
    func append(_ lines: [UInt8]) -> Int {
        queue.withLock {
            $0.bytes.append(contentsOf: lines)
            $0.appended += lines.count
            return $0.appended
        }
    }

    /// Returns when everything up to `mark` is on the disk. After a failure nothing is written any more.
    func sync(upTo mark: Int) async throws {
        let turn: Turn = try await withCheckedThrowingContinuation { continuation in
            queue.withLock {
                if $0.synced >= mark {
                    continuation.resume(returning: .done)
                } else if let failure = $0.failure {
                    continuation.resume(throwing: failure)
                } else if $0.isWriting {
                    $0.waiting.append((mark, continuation))
                } else {
                    $0.isWriting = true
                    continuation.resume(returning: .lead)
                }
            }
        }
        if turn == .lead { try await lead() }
    }

    private func lead() async throws {
        let (batch, end) = queue.withLock { queue in
            defer { queue.bytes = [] }
            return (queue.bytes, queue.appended)
        }
        // Not `runIfActive`: a request that is cancelled must not stop what others wait for.
        let failure: StateFileError? = await withCheckedContinuation { continuation in
            NIOThreadPool.singleton.submit { _ in continuation.resume(returning: self.write(batch)) }
        }
        queue.withLock { queue in
            if let failure {
                queue.failure = failure
                queue.isWriting = false
                for waiter in queue.waiting { waiter.continuation.resume(throwing: failure) }
                queue.waiting = []
                return
            }
            queue.synced = end
            for waiter in queue.waiting where waiter.mark <= end { waiter.continuation.resume(returning: .done) }
            queue.waiting.removeAll { $0.mark <= end }
            if queue.waiting.isEmpty {
                queue.isWriting = false
            } else {
                queue.waiting.removeFirst().continuation.resume(returning: .lead)
            }
        }
        if let failure { throw failure }
    }

    private func write(_ bytes: [UInt8]) -> StateFileError? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return .system(path: path, call: "write", code: errno)
            }
        }
        return fsync(descriptor) == 0 ? nil : .system(path: path, call: "fsync", code: errno)
    }

    /// A new file is only there after a crash if its folder's entry is.
    private static func syncFolder(of path: String) throws {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StateFileError.system(path: folder, call: "open", code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StateFileError.system(path: folder, call: "fsync", code: errno) }
    }
}
