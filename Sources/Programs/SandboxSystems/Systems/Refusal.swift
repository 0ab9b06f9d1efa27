import HTTPTypes

/// A request that a system does not do, with the status and the code that say why.
struct Refusal: Error, Sendable {
    let status: HTTPResponse.Status
    let code: String
    let text: String

    init(_ status: HTTPResponse.Status, _ code: String, _ text: String) {
        self.status = status
        self.code = code
        self.text = text
    }

    /// Refuses an empty field.
    static func require(_ value: String, _ field: String) throws(Refusal) {
        guard !value.isEmpty else { throw Refusal(.unprocessableContent, "missing_field", "\(field) is empty") }
    }

    /// Refuses a known key that comes with other content.
    static func otherBody(key: String) -> Refusal {
        Refusal(.conflict, "other_body", "key \(key) was used with another body")
    }

    /// Says that there is nothing under this name.
    static func missing(_ what: String) -> Refusal { Refusal(.notFound, "not_found", "\(what) does not exist") }
}
