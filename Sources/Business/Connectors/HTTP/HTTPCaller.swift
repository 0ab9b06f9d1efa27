import AsyncHTTPClient
import FoundationEssentials
import Metrics
import NIOCore
import NIOHTTP1
import Workers

/// Makes calls to one target: in time, with key and correlation id, measured, and judged by their status.
struct HTTPCaller: Sendable {
    /// The target's name in errors and metrics, such as `ERP`.
    let target: String
    /// Where the target's paths begin.
    let base: String
    let connections: HTTPConnections
    /// Says what an answer that is no success means; nil for a success.
    let failure: @Sendable (HTTPAnswer) -> (any Error)?

    /// What stays between the end of a call and its deadline, for noting its outcome.
    static let margin = Duration.milliseconds(200)
    /// The largest answer that is read, in bytes.
    static let largestAnswer = 1 << 20

    /// Asks for something and changes nothing; `accepting` says which answers beside a success are no failure.
    func get(
        _ path: String, verb: String, as call: Call, accepting: (HTTPAnswer) -> Bool = { _ in false }
    ) async throws -> HTTPAnswer {
        try await measured(verb, accepting) { try await send(.GET, path, nil, as: call) }
    }

    /// Sends something that has an effect.
    func send(
        _ method: HTTPMethod, _ path: String, _ body: some Encodable, verb: String, as call: Call,
        accepting: (HTTPAnswer) -> Bool = { _ in false }
    ) async throws -> HTTPAnswer {
        let bytes: Data
        do {
            bytes = try JSONEncoder().encode(body)
        } catch {
            throw Refused(.unknown, "the request for \(verb) cannot be written as JSON")
        }
        return try await measured(verb, accepting) { try await send(method, path, bytes, as: call) }
    }

    /// Takes something away.
    func delete(
        _ path: String, verb: String, as call: Call, accepting: (HTTPAnswer) -> Bool = { _ in false }
    ) async throws -> HTTPAnswer {
        try await measured(verb, accepting) { try await send(.DELETE, path, nil, as: call) }
    }

    private func measured(
        _ verb: String, _ accepting: (HTTPAnswer) -> Bool, _ call: () async throws -> HTTPAnswer
    ) async throws -> HTTPAnswer {
        let start = ContinuousClock.now
        do {
            let answer = try await call()
            if !accepting(answer), let failure = failure(answer) { throw failure }
            report(verb, "ok", since: start)
            return answer
        } catch let refused as Refused {
            report(verb, "refused", since: start)
            throw refused
        } catch let unavailable as Unavailable {
            report(verb, Self.outcome(of: unavailable.cause), since: start)
            throw unavailable
        } catch let notSent as NotSent {
            report(verb, "not sent", since: start)
            throw notSent
        }
    }

    /// A target that has taken the work, or asks for fewer calls, has not failed.
    private static func outcome(of cause: Unavailable.Cause) -> String {
        switch cause {
        case .accepted: "accepted"
        case .throttled: "throttled"
        case .failure, .claimed: "unavailable"
        }
    }

    private func report(_ verb: String, _ outcome: String, since start: ContinuousClock.Instant) {
        let time = ContinuousClock.now - start
        Timer(label: "baton_call_seconds", dimensions: [("target", target), ("verb", verb), ("outcome", outcome)])
            .recordNanoseconds(Int64(time / .nanoseconds(1)))
    }

    private func send(_ method: HTTPMethod, _ path: String, _ body: Data?, as call: Call) async throws -> HTTPAnswer {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        request.headers.add(name: "Idempotency-Key", value: call.key)
        request.headers.add(name: "X-Correlation-ID", value: call.correlationID)
        request.headers.add(name: "Accept", value: "application/json")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        let now = ContinuousClock.now
        // A question needs no intent: it has its deadline alone.
        if method != .GET, call.sendBy < call.deadline, now >= call.sendBy { throw NotSent(target: target) }
        let time = call.deadline - Self.margin - now
        guard time > .zero else {
            throw Unavailable(.failure, target: target, reason: "the call's deadline is past: not sent")
        }
        do {
            return try await answer(to: request, within: time)
        } catch {
            // Being interrupted is not failing.
            try Task.checkCancellation()
            throw Unavailable(.failure, target: target, reason: Self.words(for: error))
        }
    }

    /// The client's own timer ends with the head of the answer, ours with its last byte.
    private func answer(to request: HTTPClientRequest, within time: Duration) async throws -> HTTPAnswer {
        try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                let limit = TimeAmount.nanoseconds(Int64(time / .nanoseconds(1)))
                let response = try await connections.client.execute(request, timeout: limit)
                let body = try await response.body.collect(upTo: Self.largestAnswer)
                return HTTPAnswer(
                    status: Int(response.status.code), retryAfter: Self.seconds(in: response.headers),
                    body: Data(body.readableBytesView))
            }
            group.addTask {
                try await Task.sleep(for: time)
                throw HTTPClientError.deadlineExceeded
            }
            guard let first = try await group.next() else { throw HTTPClientError.cancelled }
            return first
        }
    }

    /// A day at most, so that a target's mistake cannot put a handoff to sleep.
    private static func seconds(in headers: HTTPHeaders) -> Duration? {
        headers.first(name: "Retry-After").flatMap { Int64($0) }.map { .seconds(min(max($0, 0), 86400)) }
    }

    private static func words(for error: any Error) -> String {
        if error is NIOTooManyBytesError { return "the answer is over \(largestAnswer) bytes" }
        if error as? HTTPClientError == .deadlineExceeded { return "no answer in time" }
        return "no answer: \(error)"
    }
}

extension String {
    /// Percent-encoded for one part of a path or one value of a query.
    public var asPart: String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        return utf8.map { byte in
            plain.contains(byte)
                ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
