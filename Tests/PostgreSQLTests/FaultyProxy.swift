import Foundation
import Glibc
import Synchronization

/// Stands between a client and the test server on raw sockets, and fails in a chosen way.
final class FaultyProxy: Sendable {
    enum Fault: Sendable {
        /// Lets the bytes with this text through to the server, waits for its reply and cuts instead of forwarding it.
        case cutReply(to: String)
        /// From these bytes on reads and forwards nothing more from the client, but keeps the connection.
        case freeze(at: String)
    }

    let port: UInt16
    private let listener: Int32
    private let upstream: UInt16
    private let fault: Mutex<Fault?>
    private let hits = Atomic<Int>(0)

    var hitCount: Int { hits.load(ordering: .sequentiallyConsistent) }

    init(upstream: UInt16, fault: Fault? = nil) throws {
        self.upstream = upstream
        self.fault = Mutex(fault)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        port = try listenOnAnyPort(listener)
        Thread.detachNewThread { [self] in acceptAll() }
    }

    /// Fails in this way from now on.
    func arm(_ fault: Fault) { self.fault.withLock { $0 = fault } }

    func close() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func acceptAll() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { break }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = loopback(port: upstream)
            let isConnected = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            guard isConnected else {
                _ = Glibc.close(client)
                continue
            }
            Thread.detachNewThread { [self] in forward(client, server) }
        }
        _ = Glibc.close(listener)
    }

    private func forward(_ client: Int32, _ server: Int32) {
        defer {
            _ = Glibc.close(client)
            _ = Glibc.close(server)
        }
        var isFrozen = false
        var isCutting = false
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            var polled = [
                pollfd(fd: isFrozen ? -1 : client, events: Int16(POLLIN), revents: 0),
                pollfd(fd: server, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&polled, 2, -1) > 0 else { return }
            if polled[0].revents != 0 {
                let count = read(client, &buffer, buffer.count)
                guard count > 0 else { return }
                switch struck(by: buffer[..<count]) {
                case .cutReply: isCutting = true
                case .freeze: isFrozen = true
                case nil: break
                }
                if !isFrozen, write(server, buffer, count) != count { return }
            }
            if polled[1].revents != 0 {
                let count = read(server, &buffer, buffer.count)
                guard count > 0, !isCutting else { return }
                if !isFrozen, write(client, buffer, count) != count { return }
            }
        }
    }

    /// The fault happens once.
    private func struck(by bytes: ArraySlice<UInt8>) -> Fault? {
        fault.withLock { fault in
            let text: String
            switch fault {
            case .cutReply(let word), .freeze(let word): text = word
            case nil: return nil
            }
            guard Data(bytes).range(of: Data(text.utf8)) != nil else { return nil }
            defer { fault = nil }
            hits.add(1, ordering: .sequentiallyConsistent)
            return fault
        }
    }
}

struct SocketError: Error {
    let code: Int32
}

func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}

/// Makes the socket listen, and says where.
func listenOnAnyPort(_ descriptor: Int32) throws -> UInt16 {
    let port = try bindToAnyPort(descriptor)
    guard listen(descriptor, 16) == 0 else { throw SocketError(code: errno) }
    return port
}

/// A port on which nobody listens.
func unusedPort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { _ = close(descriptor) }
    return try bindToAnyPort(descriptor)
}

private func bindToAnyPort(_ descriptor: Int32) throws -> UInt16 {
    var address = loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
        }
    }
    guard isBound else { throw SocketError(code: errno) }
    return UInt16(bigEndian: address.sin_port)
}
