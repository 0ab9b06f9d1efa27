/// What a write answers that took a thing away.
struct Removal: Encodable, Sendable {
    let id, key, correlationId: String
}

extension World {
    /// Takes the thing `id` away and answers so, with the id as the system's writes spell it.
    mutating func remove(
        _ id: String, by verb: Verb, _ asked: Written<BareBody>, subject: String? = nil,
        spelling: (String) -> String = { $0 }
    ) throws -> Answer {
        try record(verb, asked, id: id, subject: subject, asked: .removal(asked.body))
        return Answer(.ok, Removal(id: spelling(id), key: asked.key, correlationId: asked.correlationID))
    }
}
