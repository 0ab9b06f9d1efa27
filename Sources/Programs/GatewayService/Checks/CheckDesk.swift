import Deals

/// Answers what a deal would come to, and writes nothing.
struct CheckDesk: Sendable {
    /// What callers have to show; nil where nobody may call.
    let token: BearerToken?

    /// Throws unless the caller may ask.
    func admit(_ authorization: String?) throws(Problem) {
        guard token?.isShown(in: authorization) == true else {
            throw Problem(.notAuthorized, "show the token of BATON_GATEWAY_TOKEN as bearer token")
        }
    }

    func validate(_ body: [UInt8]) async throws -> Answer { throw Problem(.unavailable) }
    func plan(_ body: [UInt8]) async throws -> Answer { throw Problem(.unavailable) }
}
