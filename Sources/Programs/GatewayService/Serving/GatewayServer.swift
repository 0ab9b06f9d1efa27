import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import ServiceLifecycle

/// Serves the gateway's requests over HTTP or HTTPS until the graceful shutdown, then finishes the answers begun.
struct GatewayServer: Service {
    let host: String
    let port: Int
    /// The certificate to show; nil for plain HTTP.
    let tls: TLSConfiguration?
    let desk: Desk
    /// Places of connections, by address.
    let connections: Places
    let logger: Logger
    /// Is told the port once requests are served.
    let onBound: @Sendable (Int) async -> Void

    /// A connection without a request is closed after this time, in seconds.
    private static let idleSeconds: Int64 = 60

    func run() async throws {
        let (desk, logger, host, port, tls, onBound) = (desk, logger, host, port, tls, onBound)
        let connections = connections
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let plain = HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [ConnectionGuard(connections, proxies: desk.proxies)],
                idleTimeout: .seconds(Self.idleSeconds)))
        let application = Application(
            responder: CallbackResponder<GatewayContext> { request, context in
                await desk.respond(to: request, context)
            },
            server: try tls.map { try .tls(plain, tlsConfiguration: $0) } ?? plain,
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: "baton-gateway", backlog: 1024),
            onServerRunning: { channel in
                let bound = channel.localAddress?.port ?? port
                logger.info(
                    "gateway listens", metadata: ["host": "\(host)", "port": "\(bound)", "tls": "\(tls != nil)"])
                await onBound(bound)
            },
            logger: quiet)
        try await application.run()
    }
}
