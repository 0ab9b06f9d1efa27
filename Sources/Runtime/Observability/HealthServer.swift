import Foundation
import Hummingbird
import Logging
import ServiceLifecycle
import Synchronization

/// Answers probes and scrapes over HTTP: `/health/live`, `/health/ready` and `/metrics`.
///
/// As the first service of a group it is the last to stop, and shows the drain to whoever watches.
public struct HealthServer: Service {
    /// A look whether one thing that the process needs is there; its name is known also when the look does not end.
    public struct Check: Sendable {
        let name: String
        let whyNot: @Sendable () async -> String?

        /// Names what is looked at; `whyNot` says what is wrong with it, or nil.
        public init(_ name: String, whyNot: @escaping @Sendable () async -> String?) {
            self.name = name
            self.whyNot = whyNot
        }
    }

    private let host: String
    private let port: Int
    private let registry: PrometheusRegistry
    private let vitals: @Sendable () -> HealthCheck?
    private let checks: [Check]
    private let checkLimit: Duration
    private let logger: Logger
    private let onBound: @Sendable (Int) async -> Void

    /// Listens on `host` and `port` (0: any free one, told to `onBound`) once it runs.
    /// A check that takes longer than `checkLimit` counts as failed. `vitals` says what of the process itself is stuck,
    /// so that it is neither live nor ready; it looks at what is known and waits for nothing.
    public init(
        host: String = "127.0.0.1", port: Int = 0, registry: PrometheusRegistry,
        vitals: @escaping @Sendable () -> HealthCheck? = { nil }, checks: [Check] = [],
        checkLimit: Duration = .seconds(2), logger: Logger,
        onBound: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        self.registry = registry
        self.vitals = vitals
        self.checks = checks
        self.checkLimit = checkLimit
        self.logger = logger
        self.onBound = onBound
    }

    /// Serves until the graceful shutdown, then finishes the answers begun.
    public func run() async throws {
        let isBound = Atomic<Bool>(false)
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in try await respond(to: request) },
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in
                isBound.store(true, ordering: .relaxed)
                let bound = channel.localAddress?.port ?? port
                logger.info("health server listens", metadata: ["host": "\(host)", "port": "\(bound)"])
                await onBound(bound)
            },
            logger: quiet)
        do {
            try await application.run()
        } catch {
            if isBound.load(ordering: .relaxed) || error is CancellationError { throw error }
            throw HealthServerError.cannotListen(host: host, port: port, reason: "\(error)")
        }
    }

    private func respond(to request: Request) async throws -> Response {
        let isKnown = ["/health/live", "/health/ready", "/metrics"].contains(request.uri.path)
        guard isKnown else {
            return asked(request, try json(.notFound, ["error": "there is /health/live, /health/ready and /metrics"]))
        }
        guard request.method == .get || request.method == .head else {
            var answer = try json(.methodNotAllowed, ["error": "GET and HEAD are answered here"])
            answer.headers[.allow] = "GET, HEAD"
            return answer
        }
        let answer: Response
        switch request.uri.path {
        case "/health/live":
            let stuck = vitals().flatMap { $0.isOK ? nil : $0 }
            answer = try stuck.map { try json(.serviceUnavailable, [$0]) } ?? json(.ok, ["live": true])
        case "/health/ready":
            let found = await [vitals()].compactMap { $0 } + checked()
            answer = try json(found.allSatisfy(\.isOK) ? .ok : .serviceUnavailable, found)
        default:
            answer = response(.ok, type: Exposition.contentType, ByteBuffer(string: await registry.render()))
        }
        return asked(request, answer)
    }

    /// Who asks for the head alone gets no body.
    private func asked(_ request: Request, _ answer: Response) -> Response {
        request.method == .head ? answer.createHeadResponse() : answer
    }

    /// All checks at the same time, their findings in the order of the checks.
    private func checked() async -> [HealthCheck] {
        await withTaskGroup(of: (Int, HealthCheck).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask {
                    do {
                        let why = try await withDeadline(checkLimit) { await check.whyNot() }
                        return (index, HealthCheck(name: check.name, isOK: why == nil, why: why))
                    } catch {
                        return (index, HealthCheck(name: check.name, isOK: false, why: "\(error)"))
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func json(_ status: HTTPResponse.Status, _ value: some Encodable) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return response(status, type: "application/json", ByteBuffer(bytes: try encoder.encode(value)))
    }

    private func response(_ status: HTTPResponse.Status, type: String, _ body: ByteBuffer) -> Response {
        Response(
            status: status, headers: [.contentType: type, .cacheControl: "no-store"], body: .init(byteBuffer: body))
    }
}

/// Why the health server does not run.
public enum HealthServerError: Error, CustomStringConvertible {
    /// The address is taken, not this machine's, or not allowed.
    case cannotListen(host: String, port: Int, reason: String)

    /// What to change.
    public var description: String {
        switch self {
        case .cannotListen(let host, let port, let reason):
            "cannot listen on \(host) port \(port) for health and metrics: \(reason)"
        }
    }
}
