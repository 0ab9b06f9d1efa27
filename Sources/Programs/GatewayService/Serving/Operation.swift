import Hummingbird

/// Everything that the gateway can be asked; `openapi.json` describes the same, and a test compares both.
enum Operation: CaseIterable, Sendable {
    case receiveWebhook, validate, plan, describe

    var method: HTTPRequest.Method {
        switch self {
        case .receiveWebhook, .validate, .plan: .post
        case .describe: .get
        }
    }

    /// The path, with parameters as OpenAPI writes them.
    var path: String {
        switch self {
        case .receiveWebhook: "/v1/webhooks/{source}"
        case .validate: "/v1/validate"
        case .plan: "/v1/plan"
        case .describe: "/openapi.json"
        }
    }

    /// The operation at `path`, with the value of its parameter if it has one; nil where there is none.
    static func at(_ path: String) -> (operation: Operation, parameter: String?)? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        for operation in allCases {
            let pattern = operation.path.split(separator: "/", omittingEmptySubsequences: false)
            guard pattern.count == parts.count else { continue }
            let pairs = zip(pattern, parts)
            guard pairs.allSatisfy({ $0 == $1 || ($0.hasPrefix("{") && !$1.isEmpty) }) else { continue }
            return (operation, pairs.first { $0.0.hasPrefix("{") }.map { String($0.1) })
        }
        return nil
    }
}
