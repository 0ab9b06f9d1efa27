import CPostgreSQL
import Glibc
import Threads

/// Something with a socket that the pool gives turns to.
protocol Pollable: AnyObject {
    func turn(_ ready: Int16) -> IOThread.Wait?
}

/// Connects to one endpoint without blocking.
final class Dialer: Pollable {
    let done = OneShot<PostgreSQLError?>()
    private(set) var handle: Handle?

    private let endpoint: Endpoint
    private let timeout: Duration
    private let deadline: ContinuousClock.Instant

    /// libpq does not observe its own `connect_timeout` here, so the deadline is ours.
    init(_ endpoint: Endpoint, settings: DatabaseSettings) {
        self.endpoint = endpoint
        timeout = settings.connectTimeout
        deadline = .now + settings.connectTimeout
        handle = Self.start(settings.parameters(for: endpoint))
    }

    func turn(_ ready: Int16) -> IOThread.Wait? {
        guard let handle else { return end("out of memory") }
        guard !handle.isBroken else { return end(handle.errorMessage) }
        guard deadline > .now else { return end("no answer in \(timeout)") }
        // Asked too early, libpq takes a socket that is still connecting for one that is connected.
        guard ready != 0 || isFirstTurn else { return wait }
        if isFirstTurn {
            isFirstTurn = false
            return waiting(for: POLLOUT, at: handle)
        }
        switch PQconnectPoll(handle.raw) {
        case PGRES_POLLING_READING: return waiting(for: POLLIN, at: handle)
        case PGRES_POLLING_WRITING: return waiting(for: POLLOUT, at: handle)
        case PGRES_POLLING_OK:
            done.fulfil(nil)
            return nil
        default: return end(handle.errorMessage)
        }
    }

    private var isFirstTurn = true
    private var wait: IOThread.Wait?

    /// The descriptor is asked for each time: libpq may have opened another one.
    private func waiting(for event: Int32, at handle: Handle) -> IOThread.Wait? {
        wait = IOThread.Wait(descriptor: handle.descriptor, events: Int16(event), deadline: deadline)
        return wait
    }

    private func end(_ reason: String) -> IOThread.Wait? {
        let story = "\(endpoint.description): \(reason.prefix { $0 != "\n" })"
        if let state = Self.sqlState(in: reason) {
            done.fulfil(.connectionRefused(sqlState: state, reason: story))
        } else {
            done.fulfil(.connectionLost(story))
        }
        return nil
    }

    /// A failed connection has no result that could be asked for its SQLSTATE: told verbosely, the message has it after its
    /// severity, in whatever language that is.
    private static func sqlState(in message: String) -> String? {
        for part in message.split(separator: ":", omittingEmptySubsequences: false).dropFirst().dropLast() {
            let word = part.drop { $0 == " " }
            let isState = word.utf8.count == 5 && word.utf8.allSatisfy { (48...57) ~= $0 || (65...90) ~= $0 }
            if isState, part.hasPrefix("  ") { return String(word) }
        }
        return nil
    }

    private static func start(_ parameters: [String: String]) -> Handle? {
        let strings = parameters.map { (strdup($0.key), strdup($0.value)) }
        defer {
            for (key, value) in strings {
                free(key)
                free(value)
            }
        }
        let keys = strings.map { UnsafePointer($0.0) } + [nil]
        let values = strings.map { UnsafePointer($0.1) } + [nil]
        let handle = PQconnectStartParams(keys, values, 0).map { Handle($0) }
        handle?.ignoreNotices()
        if let handle { PQsetErrorVerbosity(handle.raw, PQERRORS_VERBOSE) }
        return handle
    }
}
