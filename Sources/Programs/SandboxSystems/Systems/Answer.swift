import HTTPTypes

/// What a system answers, before it becomes bytes.
struct Answer: Sendable {
    let status: HTTPResponse.Status
    let body: any Encodable & Sendable
    /// Whether the request was done before, so that this one had no effect.
    let isReplay: Bool

    init(_ status: HTTPResponse.Status, _ body: any Encodable & Sendable, isReplay: Bool = false) {
        self.status = status
        self.body = body
        self.isReplay = isReplay
    }
}

/// All that a list read answers.
struct Items<Item: Encodable & Sendable>: Encodable, Sendable {
    let items: [Item]
}

/// What a refused or failed request answers.
struct Problem: Encodable, Sendable {
    struct Details: Encodable, Sendable {
        let code: String
        let text: String
    }

    let error: Details

    init(code: String, text: String) {
        error = Details(code: code, text: text)
    }
}
