import AsyncHTTPClient
import NIOCore

/// The connections of one process to all targets; made once, shut down at the end.
public struct HTTPConnections: Sendable {
    let client: HTTPClient

    /// Keeps at most about `perTarget` connections to each target.
    public init(perTarget: Int = 256) {
        var configuration = HTTPClient.Configuration(
            // A redirected write would be sent twice, and to someone whom the settings do not name.
            redirectConfiguration: .disallow,
            timeout: HTTPClient.Configuration.Timeout(connect: .seconds(3), read: .seconds(30)))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = perTarget
        // A target that is down is told apart at once; when to try again is the saga's decision.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes all connections. Nothing can be called afterwards.
    public func shutdown() async throws {
        try await client.shutdown()
    }
}
