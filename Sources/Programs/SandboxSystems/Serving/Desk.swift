import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// Takes a request through its whole life: read, counted, struck by faults, decided, synced, answered.
struct Desk: Sendable {
    /// Reads what a request asks; the decision runs under the state's lock.
    typealias Handler = @Sendable (Asking) throws -> Asking.Decision

    let settings: SandboxSettings
    let ledger: Ledger
    let faults = Faults()
    let traffic = Traffic()

    /// Serves one request for `verb`.
    func serve(
        _ verb: Verb, _ request: Request, _ context: SandboxContext, by handler: Handler
    ) async throws -> Response {
        traffic.enter(verb.system)
        defer { traffic.leave(verb.system) }
        return try await limited(context) {
            let asking = try await read(request, context)
            let strike = faults.strike(verb, asking)
            guard await hold(for: strike.latency) else { return silence(context) }
            switch strike.rule?.effect {
            case nil, .latency:
                return try respond(try await ledger.answer(try handler(asking)))
            case .timeoutBefore:
                return await fallSilent(strike.rule, context)
            case .timeoutAfter:
                _ = try await ledger.answer(try handler(asking))
                return await fallSilent(strike.rule, context)
            case .throttle:
                let seconds = strike.rule?.retryAfterS ?? 1
                var response = try problem(.tooManyRequests, "throttled", "too many calls")
                response.headers[.retryAfter] = String(seconds)
                return response
            case .error:
                return try problem(.internalServerError, "failed", strike.rule?.text ?? "a fault was asked for")
            case .refuse:
                throw Refusal(
                    .unprocessableContent, strike.rule?.code ?? "refused", strike.rule?.text ?? "refused on demand")
            }
        }
    }

    /// Runs `body` with a limit on its time, and turns what it throws into answers.
    func limited(_ context: SandboxContext, _ body: () async throws -> Response) async throws -> Response {
        let channel = context.channel
        let limit = TimeAmount.nanoseconds(Int64(settings.requestTime / .nanoseconds(1)))
        let overtime = channel.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
        defer { overtime.cancel() }
        do {
            return try await body()
        } catch let refusal as Refusal {
            return try problem(refusal.status, refusal.code, refusal.text)
        } catch let failure as StateFileError {
            return try problem(.internalServerError, "state_file", failure.description)
        } catch is NIOTooManyBytesError {
            return try problem(.contentTooLarge, "too_large", "the body is over \(settings.maximumBody) bytes")
        }
    }

    /// Reads a request's parts and body.
    func read(_ request: Request, _ context: SandboxContext) async throws -> Asking {
        let body = try await request.body.collect(upTo: settings.maximumBody)
        let parameters = context.parameters.map { (String($0.key), $0.value.removingPercentEncoding ?? "") }
        let query = request.uri.queryParameters.map { (String($0.key), String($0.value)) }
        return Asking(
            path: request.uri.path,
            parameters: Dictionary(parameters, uniquingKeysWith: { first, _ in first }),
            query: Dictionary(query, uniquingKeysWith: { first, _ in first }),
            key: request.headers[.idempotencyKey], correlationID: request.headers[.correlationID],
            body: Data(body.readableBytesView), now: Date())
    }

    /// Makes an answer into bytes.
    func respond(_ answer: Answer) throws -> Response {
        var response = Response(
            status: answer.status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSON.canonical.encode(answer.body))))
        if answer.isReplay { response.headers[.idempotentReplay] = "true" }
        return response
    }

    private func problem(_ status: HTTPResponse.Status, _ code: String, _ text: String) throws -> Response {
        try respond(Answer(status, Problem(code: code, text: text)))
    }

    /// Holds the connection, then closes it.
    private func fallSilent(_ rule: FaultRule?, _ context: SandboxContext) async -> Response {
        _ = await hold(for: .milliseconds(rule?.holdMs ?? 2000))
        return silence(context)
    }

    /// Waits, and says whether the whole time passed: a sandbox that stops does not wait.
    private func hold(for time: Duration) async -> Bool {
        if time == .zero { return true }
        do {
            try await cancelWhenGracefulShutdown { try await Task.sleep(for: time) }
            return true
        } catch {
            return false
        }
    }

    /// Closes the connection: the response that follows finds nobody.
    private func silence(_ context: SandboxContext) -> Response {
        context.channel.close(promise: nil)
        return Response(status: .internalServerError)
    }
}

extension HTTPField.Name {
    static let idempotencyKey = known("Idempotency-Key")
    static let correlationID = known("X-Correlation-ID")
    static let idempotentReplay = known("Idempotent-Replay")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no header name") }
        return field
    }
}
