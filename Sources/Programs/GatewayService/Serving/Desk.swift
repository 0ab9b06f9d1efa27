import Foundation
import Hummingbird
import Logging
import Mappings
import Metrics
import NIOCore
import Observability

/// Takes a request through its whole life: found, read within its limits, handed on, answered, counted.
struct Desk: Sendable {
    let webhooks: WebhookDesk
    let checks: CheckDesk
    /// The largest body that is read, in bytes.
    let maxBodyBytes: Int
    let admission: Admission
    /// How long a request may take.
    let requestTime: Duration
    /// How long of it is kept for the broker.
    let confirmTime: Duration
    let logger: Logger

    /// Answers `request`, whatever happens.
    func respond(to request: Request, _ context: GatewayContext) async -> Response {
        let start = ContinuousClock.now
        let found = Operation.at(request.uri.path)
        let answer: Answer
        do {
            answer = try await self.answer(request, found, start)
        } catch let problem as Problem {
            answer = problem.answer
            if problem.isBeforeTheEnd { close(context) }
        } catch is TimeOver {
            answer = Problem(.unavailable, "it took longer than a request may").answer
        } catch {
            logger.error("a request failed", metadata: ["error": "\(error)"])
            answer = Problem(.failed, "look for the gateway's last log line at level error").answer
        }
        count(found, answer.status, since: start)
        return answer.response
    }

    private func answer(
        _ request: Request, _ found: (operation: Operation, parameter: String?)?, _ start: ContinuousClock.Instant
    ) async throws -> Answer {
        guard let (operation, parameter) = found else {
            throw Problem(.notFound, "GET /openapi.json says what there is")
        }
        guard request.method == operation.method else {
            throw Problem(.methodNotAllowed, "use \(operation.method.rawValue)", allowed: operation.method)
        }
        let deadline = start + requestTime - confirmTime
        switch operation {
        case .receiveWebhook:
            let source = parameter ?? ""
            guard let door = webhooks.doors[source] else { throw Problem(.notFound, "no source is called so") }
            return try await admission.admit(source) {
                let webhook = Webhook(
                    request: WebhookRequest(
                        method: request.method.rawValue, url: door.publicURL + request.uri.description,
                        headers: request.headers.map { ($0.name.rawName, $0.value) },
                        body: try await body(of: request, until: deadline)),
                    receivedAt: Int64(Date().timeIntervalSince1970 * 1000), deadline: deadline)
                return try await webhooks.receive(webhook, from: source, through: door)
            }
        case .validate, .plan:
            try checks.admit(request.headers[.authorization])
            // No source is called so: they begin with a letter.
            return try await admission.admit("/checks") {
                let body = try await body(of: request, until: deadline)
                return try await operation == .plan ? checks.plan(body) : checks.validate(body)
            }
        case .describe:
            _ = try await body(of: request, until: deadline)
            return Answer(.ok, "application/json", bytes: PackageResources.openapi_json)
        }
    }

    private func body(of request: Request, until deadline: ContinuousClock.Instant) async throws -> [UInt8] {
        let tooLarge = Problem(.tooLarge, "the body is over \(maxBodyBytes) bytes")
        if let announced = request.headers[.contentLength].flatMap({ Int($0) }), announced > maxBodyBytes {
            throw tooLarge
        }
        do {
            let limit = maxBodyBytes
            let buffer = try await until(deadline) { try await request.body.collect(upTo: limit) }
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        } catch is TimeOver {
            throw Problem(.tooSlow, "a request may take \(requestTime)")
        } catch let cancellation as CancellationError {
            throw cancellation
        } catch {
            // Whoever hangs up hears nothing of it, and it is no failure of ours.
            throw Problem(.unreadable, "the body did not come to its end")
        }
    }

    /// The server reads on what of a request nobody wants, for as long as it comes; what was answered goes out first.
    private func close(_ context: GatewayContext) {
        let channel = context.channel
        channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
    }

    private func count(
        _ found: (operation: Operation, parameter: String?)?, _ status: HTTPResponse.Status,
        since start: ContinuousClock.Instant
    ) {
        // Names that callers make up would make a series each.
        let source = found?.parameter.flatMap { webhooks.doors[$0] == nil ? nil : $0 } ?? "-"
        let operation = found.map { "\($0.operation)" } ?? "-"
        Counter(
            label: MetricNames.gatewayRequests.name,
            dimensions: MetricNames.gatewayRequests.dimensions(operation, source, String(status.code))
        ).increment()
        Timer(
            label: MetricNames.gatewaySeconds.name, dimensions: MetricNames.gatewaySeconds.dimensions(operation)
        ).recordNanoseconds(Int64((ContinuousClock.now - start) / .nanoseconds(1)))
    }
}
