import Foundation
import Glibc
import RabbitMQ
import Synchronization
import Threads

/// Stands between a client and the broker, and can stop forwarding, cut connections or slip frames in.
final class TCPProxy: Sendable {
    /// A client's connection and its continuation to the broker; closed when both directions have ended.
    private final class Pair: Sendable {
        let client: Int32
        let broker: Int32
        private let directions = Mutex(2)

        init(client: Int32, broker: Int32) {
            self.client = client
            self.broker = broker
        }

        deinit {
            Glibc.close(client)
            Glibc.close(broker)
        }

        func cut() {
            shutdown(client, Int32(SHUT_RDWR))
            shutdown(broker, Int32(SHUT_RDWR))
        }

        /// Returns whether both directions have ended.
        func endDirection() -> Bool {
            cut()
            return directions.withLock {
                $0 -= 1
                return $0 == 0
            }
        }
    }

    private struct State {
        var forwardsToBroker = true
        var forwardsToClient = true
        var refuses = false
        var accepted: [ContinuousClock.Instant] = []
        var pairs: [Pair] = []
        var isClosed = false
    }

    private let thread = IOThread()
    private let listener: Int32
    private let target: BrokerAddress
    private let state = Mutex(State())
    let port: UInt16

    init(to target: BrokerAddress) throws {
        self.target = target
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = Self.loopback(port: 0)
        try Self.check(Self.withAddress(&address) { bind(listener, $0, $1) })
        try Self.check(listen(listener, 16))
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try Self.check(Self.withAddress(&address) { pointer, _ in getsockname(listener, pointer, &length) })
        port = UInt16(bigEndian: address.sin_port)
        thread.watch { [self] ready in
            if state.withLock({ $0.isClosed }) { return nil }
            if ready & Int16(POLLIN) != 0 { accept() }
            return .init(descriptor: listener, events: Int16(POLLIN))
        }
    }

    /// Ends everything. The sockets are closed on the proxy's own thread.
    func close() {
        thread.watch { [self] _ in
            cut()
            state.withLock { $0.isClosed = true }
            Glibc.close(listener)
            thread.stop()
            return nil
        }
    }

    /// The same broker, seen through the proxy.
    func settings(_ settings: BrokerSettings) -> BrokerSettings {
        var result = settings
        result.addresses = [BrokerAddress(host: "127.0.0.1", port: port)]
        return result
    }

    /// When the proxy accepted connections.
    var accepted: [ContinuousClock.Instant] { state.withLock { $0.accepted } }

    func forward(toBroker: Bool, toClient: Bool) {
        state.withLock {
            $0.forwardsToBroker = toBroker
            $0.forwardsToClient = toClient
        }
    }

    /// Closes new connections at once.
    func refuse() {
        state.withLock { $0.refuses = true }
    }

    /// Cuts all connections.
    func cut() {
        let pairs = state.withLock { state in
            defer { state.pairs = [] }
            return state.pairs
        }
        for pair in pairs { pair.cut() }
    }

    /// Sends bytes to all clients as if they came from the broker.
    func inject(_ bytes: [UInt8]) {
        for pair in state.withLock({ $0.pairs }) {
            _ = send(pair.client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }
    }

    private func accept() {
        let client = Glibc.accept(listener, nil, nil)
        guard client >= 0 else { return }
        let refuses = state.withLock { state in
            state.accepted.append(.now)
            return state.refuses
        }
        let broker = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(port: target.port)
        guard !refuses, Self.withAddress(&address, { connect(broker, $0, $1) }) == 0 else {
            Glibc.close(client)
            Glibc.close(broker)
            return
        }
        let pair = Pair(client: client, broker: broker)
        state.withLock { $0.pairs.append(pair) }
        thread.watch(copying(pair, from: client, to: broker) { $0.forwardsToBroker })
        thread.watch(copying(pair, from: broker, to: client) { $0.forwardsToClient })
    }

    private func copying(
        _ pair: Pair, from source: Int32, to sink: Int32, if isForwarding: @escaping @Sendable (borrowing State) -> Bool
    ) -> IOThread.Turn {
        { [self] ready in
            guard state.withLock({ isForwarding($0) }) else {
                return .init(descriptor: nil, events: 0, deadline: .now + .milliseconds(5))
            }
            if ready != 0 {
                var buffer = [UInt8](repeating: 0, count: 65_536)
                let count = recv(source, &buffer, buffer.count, 0)
                guard count > 0, send(sink, buffer, count, Int32(MSG_NOSIGNAL)) == count else {
                    if pair.endDirection() { state.withLock { $0.pairs.removeAll { $0 === pair } } }
                    return nil
                }
            }
            return .init(descriptor: source, events: Int16(POLLIN))
        }
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }

    private static func withAddress<Result>(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func check(_ status: Int32) throws {
        guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }
}

/// Runs a proxy in front of the broker for the time of `body`.
func withProxy<Result: Sendable>(
    _ broker: TestBroker, _ body: @Sendable (TCPProxy, BrokerSettings) async throws -> Result
) async throws -> Result {
    let proxy = try TCPProxy(to: broker.settings.addresses[0])
    defer { proxy.close() }
    return try await body(proxy, proxy.settings(broker.settings))
}

/// Method frames as the broker would send them.
enum Frame {
    static func channelClose(code: UInt16, text: String) -> [UInt8] {
        method(channel: 1, 20, 40, bytes(code) + short(text) + [0, 0, 0, 0])
    }

    static func blocked(_ reason: String) -> [UInt8] { method(channel: 0, 10, 60, short(reason)) }

    static let unblocked = method(channel: 0, 10, 61, [])

    private static func method(channel: UInt16, _ type: UInt16, _ number: UInt16, _ arguments: [UInt8]) -> [UInt8] {
        let payload = bytes(type) + bytes(number) + arguments
        return [1] + bytes(channel) + [0, 0] + bytes(UInt16(payload.count)) + payload + [0xCE]
    }

    private static func bytes(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }

    private static func short(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
}
