import NIOCore
import NIOHTTPTypes

/// Bounds the connections of all callers and of each, and says `100 Continue` to who waits for it.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Says that the body of the request in work is going to be read.
    struct ReadsBody: Sendable {}

    private let connections: Places
    /// Addresses that speak for many callers, of whose connections only the sum is bounded.
    private let proxies: Set<String>
    private var awaitsContinue = false

    init(_ connections: Places, proxies: Set<String>) {
        self.connections = connections
        self.proxies = proxies
    }

    func channelActive(context: ChannelHandlerContext) {
        let caller = Caller(peer: context.channel.remoteAddress?.ipAddress, forwardedFor: [], proxies: [])
        // A name of its own each, where the sum alone counts.
        let name = proxies.contains(caller.address) ? "\(ObjectIdentifier(context.channel))" : caller.network
        guard connections.enter(name) else {
            context.close(promise: nil)
            return
        }
        let connections = connections
        context.channel.closeFuture.whenComplete { _ in connections.leave(name) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) {
            awaitsContinue = head.headerFields[.expect]?.lowercased() == "100-continue"
        }
        context.fireChannelRead(data)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is ReadsBody else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        if awaitsContinue {
            awaitsContinue = false
            context.writeAndFlush(wrapOutboundOut(.head(.init(status: .continue))), promise: nil)
        }
        promise?.succeed()
    }
}
