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

    /// Everything that is answered until the other side hangs up.
    func everything() async throws -> String {
        var text = ""
        do {
            for try await part in inbound { text += String(buffer: part) }
        } catch is IOError {
            // Reset instead of closed: what we sent was not read to its end.
        }
        return text
    }
}
