import NIOCore
import NIOPosix

/// A connection on which a test says what it wants, byte by byte, and whether it ever ends.
struct RawConnection {
    private let inbound: NIOAsyncChannelInboundStream<ByteBuffer>
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

    /// Runs `body` with a connection to `port` of this machine, and hangs up when it ends.
    static func with<Value: Sendable>(
        port: Int, _ body: (RawConnection) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await body(RawConnection(inbound: inbound, outbound: outbound))
        }
    }

    func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

    /// Waits for the first of the answer, and runs `body` while the rest may still come.
    func answered<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        var parts = inbound.makeAsyncIterator()
        let first = try await parts.next().map { String(buffer: $0) } ?? ""
        let value = try await body(first)
        // Whoever lets go of them hangs up.
        withExtendedLifetime(parts) {}
        return value
    }

    /// Everything that is answered until the other side hangs up.
    ///
    /// Sends `rest` once the first of it is there.
    func everything(answering rest: String? = nil) async throws -> String {
        var text = ""
        var rest = rest
        do {
            for try await part in inbound {
                text += String(buffer: part)
                if let left = rest { try await send(left) }
                rest = nil
            }
        } catch is IOError {
            // Reset instead of closed: what we sent was not read to its end.
        }
        return text
    }
}
