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
    let bodies: Bodies
    /// Places of requests whose sender is not proven, by address.
    let reading: Places
    /// Places of requests whose sender is, by source.
    let working: Places
    /// Addresses that speak for others.
    let proxies: Set<String>
    /// How long a request may take.
    let requestTime: Duration
    /// How long of it is kept for the broker.
    let confirmTime: Duration
    /// How long what one request says may be computed upon.
    let computeTime: Duration
    /// Whether requests come over TLS.
    let isEncrypted: Bool
    let logger: Logger

    /// Answers `request`, whatever happens.
    func respond(to request: Request, _ context: GatewayContext) async -> Response {
        let start = ContinuousClock.now
        let found = Operation.at(request.uri.path)
        var answer: Answer
        do {
            answer = try await self.answer(request, found, Visit(request, context, start: start, proxies))
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
        answer.harden(isEncrypted: isEncrypted)
        return answer.response
    }

    /// One request on its way.
    private struct Visit: Sendable {
        let request: Request
        let context: GatewayContext
        let start: ContinuousClock.Instant
        let caller: Caller
        let receivedAt = Int64(Date().timeIntervalSince1970 * 1000)

        init(_ request: Request, _ context: GatewayContext, start: ContinuousClock.Instant, _ proxies: Set<String>) {
            self.request = request
            self.context = context
            self.start = start
            caller = Caller(
                peer: context.channel.remoteAddress?.ipAddress,
                forwardedFor: request.headers.filter { $0.name.rawName.lowercased() == "x-forwarded-for" }.map(\.value),
                proxies: proxies)
        }

        func described(at publicURL: String, body: [UInt8] = []) -> WebhookRequest {
            WebhookRequest(
                method: request.method.rawValue, url: publicURL + request.uri.description,
                headers: request.headers.map { ($0.name.rawName, $0.value) }, body: body)
        }
    }

    private func answer(
        _ request: Request, _ found: (operation: Operation, parameter: String?)?, _ visit: Visit
    ) async throws -> Answer {
        // RFC 9112: two servers would else take one request for two hosts'.
        guard request.head.authority != nil,
            !request.headers.contains(where: { $0.name.rawName.lowercased() == "host" })
        else { throw Problem(.unreadable, "a request has one Host").beforeTheEnd }
        guard let (operation, parameter) = found else {
            throw Problem(.notFound, "GET /openapi.json says what there is")
        }
        guard request.method == operation.method else {
            throw Problem(.methodNotAllowed, "use \(operation.method.rawValue)", allowed: operation.method)
        }
        switch operation {
        case .receiveWebhook: return try await webhook(parameter ?? "", visit)
        case .validate, .plan:
            do {
                try checks.admit(request.headers[.authorization])
            } catch {
                logger.warning(
                    "a check refused",
                    metadata: ["problem": "\(error.kind.rawValue)"].merging(visit.caller.metadata) { first, _ in first }
                )
                throw error
            }
            // No source is called so: they begin with a letter.
            return try await proven("/checks", visit) { body in
                try await operation == .plan ? checks.plan(body) : checks.validate(body)
            }
        case .describe:
            _ = try await unproven(visit) { $0 }
            return Answer(.ok, "application/json", bytes: PackageResources.openapi_json)
        }
    }

    /// Where the head proves the sender, no stranger gets as far as its body; where the body has to be read first, it has
    /// a stranger's place until its signature is seen.
    private func webhook(_ source: String, _ visit: Visit) async throws -> Answer {
        guard let door = webhooks.doors[source] else { throw Problem(.notFound, "no source is called so") }
        try webhooks.judgeHead(visit.described(at: door.publicURL), at: visit.receivedAt, from: source, visit.caller)
        guard door.verification.coversBody else {
            return try await proven(source, visit) { try await receive($0, source, door, visit) }
        }
        let body = try await unproven(visit) { body in
            try await door.workbench.run {
                try webhooks.judge(
                    visit.described(at: door.publicURL, body: body), at: visit.receivedAt, from: source,
                    through: door, visit.caller)
            }
            return body
        }
        return try await working.hold(source) {
            try await bodies.proven.share { share in
                try share.take(body.count)
                return try await receive(body, source, door, visit)
            }
        }
    }

    private func receive(
        _ body: [UInt8], _ source: String, _ door: WebhookDesk.Door, _ visit: Visit
    ) async throws -> Answer {
        try await door.workbench.run {
            let webhook = Webhook(
                request: visit.described(at: door.publicURL, body: body), receivedAt: visit.receivedAt,
                deadline: deadline(of: visit), computesUntil: .now + computeTime)
            return try await webhooks.receive(webhook, from: source, through: door, visit.caller)
        }
    }

    private func deadline(of visit: Visit) -> ContinuousClock.Instant { visit.start + requestTime - confirmTime }

    /// Reads the body in a place of the caller `name`, who is proven, and does `work` with it.
    private func proven(
        _ name: String, _ visit: Visit, _ work: ([UInt8]) async throws -> Answer
    ) async throws -> Answer {
        try await working.hold(name) {
            try await bodies.proven.share { share in
                try await work(bodies.read(visit.request, visit.context, until: deadline(of: visit), into: share))
            }
        }
    }

    /// Reads the body in a stranger's place and does `work` with it there.
    private func unproven(_ visit: Visit, _ work: ([UInt8]) async throws -> [UInt8]) async throws -> [UInt8] {
        try await reading.hold(visit.caller.network) {
            try await bodies.unproven.share { share in
                try await work(bodies.read(visit.request, visit.context, until: deadline(of: visit), into: share))
            }
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
