/// Turns what one kind of source sends into the canonical deal, in the source's own words on one side only.
///
/// Pure: what has to be fetched was fetched before. Which version a deal has, each mapping documents.
public protocol SourceMapping: Sendable {
    /// The event type whose `data` it reads, such as `hubspot.deal.v1`.
    var type: String { get }
    /// Reads `data`; at another stage than those of the event's source it is nothing. Throws ``MappingFailure`` with
    /// everything that is wrong where it cannot be mapped.
    func map(_ data: JSON, at stages: SourceStages) throws(MappingFailure) -> MappedEvent
}

/// What a source's event says, in the company's words.
public enum MappedEvent: Sendable, Equatable {
    /// A deal: the `data` of `deal.updated.v2`, which is then read by that contract's rules like any other; `names` are all
    /// ids by which the source knows it, or knew it before it was merged.
    case deal(JSON, names: [String] = [])
    /// A signed document.
    case signature(Signature)
    /// Nothing that concerns a handoff; why, in words.
    case nothing(because: String)
}

/// Why a source's event cannot be mapped: each finding's path is in the source's data.
public struct MappingFailure: Error, Sendable, Equatable {
    /// Everything that is wrong.
    public let findings: [Finding]

    /// Refuses with these findings.
    public init(_ findings: [Finding]) {
        self.findings = findings
    }
}

/// A signed document, which belongs to an opportunity.
public struct Signature: Sendable, Hashable, Codable {
    /// The sale in the CRM.
    public let opportunity: String
    /// The envelope's id at the signature service.
    public let envelope: String
    /// SHA-256 of the signed statement of work, in small hexadecimal digits, where the envelope names it.
    public let sowHash: String?
    /// When the last party signed.
    public let signedAt: Timestamp

    /// Describes a signature.
    public init(opportunity: String, envelope: String, sowHash: String?, signedAt: Timestamp) {
        self.opportunity = opportunity
        self.envelope = envelope
        self.sowHash = sowHash
        self.signedAt = signedAt
    }
}
