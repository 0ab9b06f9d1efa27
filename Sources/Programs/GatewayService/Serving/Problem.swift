import Hummingbird

/// Why a request is not answered as it was asked, as RFC 9457 writes it; never quotes the request.
struct Problem: Error, Equatable, Sendable {
    /// The kinds of problems: stable names that clients may decide by, each with its status.
    enum Kind: String, CaseIterable, Sendable {
        case notFound = "not-found"
        case methodNotAllowed = "method-not-allowed"
        case notAuthentic = "not-authentic"
        case notAuthorized = "not-authorized"
        case notPermitted = "not-permitted"
        case unsupportedMediaType = "unsupported-media-type"
        case tooLarge = "too-large"
        case tooSlow = "too-slow"
        case tooMany = "too-many"
        case unreadable = "unreadable"
        case unavailable = "unavailable"
        case failed = "failed"

        var status: HTTPResponse.Status {
            switch self {
            case .notFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .notAuthentic, .notAuthorized: .unauthorized
            case .notPermitted: .forbidden
            case .unsupportedMediaType: .unsupportedMediaType
            case .tooLarge: .contentTooLarge
            case .tooSlow: .requestTimeout
            case .tooMany: .tooManyRequests
            case .unreadable: .badRequest
            case .unavailable: .serviceUnavailable
            case .failed: .internalServerError
            }
        }

        var title: String {
            switch self {
            case .notFound: "There is nothing here"
            case .methodNotAllowed: "Another method is needed here"
            case .notAuthentic: "The request is not shown to be the source's"
            case .notAuthorized: "A bearer token is needed"
            case .notPermitted: "Who asks is known and may not do this"
            case .unsupportedMediaType: "The content type is another than expected"
            case .tooLarge: "The request is too large"
            case .tooSlow: "The request did not arrive in time"
            case .tooMany: "Too many requests are in work"
            case .unreadable: "The request cannot be read"
            case .unavailable: "Send it again later"
            case .failed: "The gateway failed"
            }
        }
    }

    let kind: Kind
    /// What is wrong and what to do; nil where saying more would help an attacker.
    var detail: String?
    /// The method that would be right.
    var allowed: HTTPRequest.Method?

    /// Whether it is said earlier than its kind is in general.
    private var isEarly = false

    /// How long a sender shall wait that could not be served; senders have schedules of their own beside it.
    static let retryAfterSeconds = 5

    init(_ kind: Kind, _ detail: String? = nil, allowed: HTTPRequest.Method? = nil) {
        self.kind = kind
        self.detail = detail
        self.allowed = allowed
    }

    /// The same, said before the request was read to its end.
    var beforeTheEnd: Problem {
        var problem = self
        problem.isEarly = true
        return problem
    }

    /// Whether it may be said before the request was read to its end: its connection is of no more use then.
    var isBeforeTheEnd: Bool {
        if isEarly { return true }
        return switch kind {
        case .notFound, .methodNotAllowed, .notAuthorized, .notPermitted, .tooLarge, .tooSlow, .tooMany: true
        case .notAuthentic, .unsupportedMediaType, .unreadable, .unavailable, .failed: false
        }
    }

    var answer: Answer {
        var answer = Answer(
            kind.status, "application/problem+json",
            json: [
                "type": .string("urn:baton:problem:\(kind.rawValue)"), "title": .string(kind.title),
                "status": .integer(Int64(kind.status.code)), "detail": detail.map { .string($0) },
            ])
        switch kind {
        case .methodNotAllowed: answer.headers[.allow] = allowed?.rawValue
        case .notAuthorized: answer.headers[.wwwAuthenticate] = "Bearer"
        case .unavailable, .tooMany: answer.headers[.retryAfter] = String(Self.retryAfterSeconds)
        default: break
        }
        if isBeforeTheEnd { answer.headers[.connection] = "close" }
        return answer
    }
}
