import Mappings
import Settings

/// One system that may send webhooks, as the sources file describes it.
struct Source: Sendable, Equatable {
    /// The slug in the path, in the routing key and in the events.
    let name: String
    let kind: SourceKind
    /// The keys that its signatures may be made with, or the secrets that it may show; several while one is replaced.
    let secrets: [HiddenText]
    /// Where it shows its secret, if it signs nothing.
    let place: SharedSecretVerification.Place
    /// The ids of its organisations, portals or accounts; empty for any.
    let organisations: Set<String>
    /// What stands before the path where senders see the gateway, without a slash at the end.
    let publicURL: String?
    /// Where its objects are fetched.
    let api: API?

    /// Where a source's objects are fetched, and as whom.
    struct API: Sendable, Equatable {
        /// Without a slash at the end.
        let base: String
        let token: HiddenText
        /// Names of properties to ask for beside those that the mapping reads.
        let properties: [String]
    }
}
