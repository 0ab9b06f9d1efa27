import Foundation
import Glibc
import Synchronization

/// Passes bytes on between a local port and another, until it freezes: then connections stay and nothing moves.
///
/// What a broker does to who publishes while its memory alarm is on, it does too.
final class FrozenRelay: Sendable {
    /// The port to connect to.
    let port: Int
    /// The port of the real server.
    let target: Int
    /// The seconds that a broker asks for between two heartbeats, in place of its own.
    private let heartbeat: UInt8?
    private let listener: Int32
    /// Grows with each freezing and thawing, and is odd while nothing moves. A connection lives in the one that it began in.
    private let era = Atomic(0)
    /// Waited for by who connects while nothing moves.
    private let thawing = NSCondition()
    private let isAlarmed = Atomic(false)
    private let connections = Mutex<[Connection]>([])

    struct Failed: Error {
        let what: String
    }

    private final class Connection: Sendable {
        let client: Int32
        let server: Int32
        let era: Int
        let publishes = Atomic(false)

        init(client: Int32, server: Int32, era: Int) {
            self.client = client
            self.server = server
            self.era = era
        }
    }

    init(to target: Int, heartbeat: UInt8? = nil) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(0)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) == 0 }
        }
        guard isBound, listen(listener, 16) == 0 else { throw Failed(what: "no port to listen on") }
        var length = size
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(listener, $0, &length) }
        }
        self.target = target
        self.heartbeat = heartbeat
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in accepting() }
    }

    /// From now on nothing moves, and nobody is told so.
    func freeze() { era.add(1, ordering: .relaxed) }

    /// New connections pass again; the frozen ones stay as they are.
    func thaw() {
        thawing.withLock { _ = era.add(1, ordering: .relaxed) }
        thawing.broadcast()
    }

    /// Whoever publishes, or has published, is told that he is blocked and no longer read from. Who consumes goes on.
    func raiseAlarm() {
        isAlarmed.store(true, ordering: .relaxed)
        for connection in connections.withLock({ $0 }) where connection.publishes.load(ordering: .relaxed) {
            tellBlocked(connection)
        }
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func accepting() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { return }
            // As a packet is sent again and again until it comes through.
            thawing.withLock {
                while !era.load(ordering: .relaxed).isMultiple(of: 2) { thawing.wait() }
            }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = Self.address(UInt16(target))
            let isConnected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            guard isConnected else {
                close(client)
                continue
            }
            let connection = Connection(client: client, server: server, era: era.load(ordering: .relaxed))
            connections.withLock { $0.append(connection) }
            Thread.detachNewThread { [self] in passToServer(connection) }
            Thread.detachNewThread { [self] in passToClient(connection) }
        }
    }

    private func passToServer(_ connection: Connection) {
        pass(from: connection.client, to: connection.server, of: connection) { bytes in
            let isBlocked = isAlarmed.load(ordering: .relaxed)
            if isBlocked && connection.publishes.load(ordering: .relaxed) { return false }
            // basic.publish
            if bytes.contains([0, 60, 0, 40]) {
                connection.publishes.store(true, ordering: .relaxed)
                if isBlocked { tellBlocked(connection) }
            }
            return true
        }
    }

    private func passToClient(_ connection: Connection) {
        pass(from: connection.server, to: connection.client, of: connection) { bytes in
            // connection.tune: channels, frame size, heartbeat
            if let heartbeat, let tune = bytes.firstRange(of: [0, 0, 0, 12, 0, 10, 0, 30]) {
                bytes.replaceSubrange(tune.upperBound + 6..<tune.upperBound + 8, with: [0, heartbeat])
            }
            return true
        }
    }

    /// Passes on what `look` lets through, which may change it. What is held back ends there, and the connection stays.
    private func pass(
        from source: Int32, to sink: Int32, of connection: Connection, _ look: (inout [UInt8]) -> Bool
    ) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            // A frozen connection stays open, and says nothing more.
            guard era.load(ordering: .relaxed) == connection.era else { return }
            guard count > 0 else { break }
            var bytes = Array(buffer[..<count])
            guard look(&bytes) else { return }
            var sent = 0
            while sent < bytes.count {
                let rest = Array(bytes[sent...])
                let more = send(sink, rest, rest.count, Int32(MSG_NOSIGNAL))
                guard more > 0 else { return }
                sent += more
            }
        }
        shutdown(sink, Int32(SHUT_RDWR))
    }

    /// connection.blocked, with its reason.
    private func tellBlocked(_ connection: Connection) {
        let reason = Array("low on memory".utf8)
        let payload = [0, 10, 0, 60, UInt8(reason.count)] + reason
        let frame: [UInt8] = [1, 0, 0, 0, 0, 0, UInt8(payload.count)] + payload + [0xCE]
        _ = send(connection.client, frame, frame.count, Int32(MSG_NOSIGNAL))
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}

extension FrozenRelay {
    /// A relay in front of the server that `url` names, and the URL that leads through it.
    static func before(_ url: String, heartbeat: UInt8? = nil) throws -> (relay: FrozenRelay, url: String) {
        guard let target = URLComponents(string: url)?.port else { throw Failed(what: "no port in the server's URL") }
        let relay = try FrozenRelay(to: target, heartbeat: heartbeat)
        return (relay, url.replacing(":\(target)/", with: ":\(relay.port)/"))
    }
}
