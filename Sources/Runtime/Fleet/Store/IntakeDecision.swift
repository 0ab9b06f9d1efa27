import FoundationEssentials
import Sagas

/// What intake decided about one arrival, and what must be published for it.
package struct IntakeResult: Sendable {
    package var admission: Admission
    package var tickets: [Ticket]
    package var incident: UUID?

    package init(admission: Admission, tickets: [Ticket] = [], incident: UUID? = nil) {
        self.admission = admission
        self.tickets = tickets
        self.incident = incident
    }
}

/// What is known of one opportunity while its lane is locked: enough to decide on the next arrival.
package struct LaneView: Sendable, Equatable {
    package struct Version: Sendable, Equatable {
        package var handoff: UUID
        package var contract: String
        package var version: Int
        package var contentHash: String
        package var correlationID: String
        package var kind: TakenHandoff.Kind
        /// Whether it has left `behind`: it ran, or runs.
        package var hasBegun: Bool

        package init(
            handoff: UUID, contract: String, version: Int, contentHash: String, correlationID: String,
            kind: TakenHandoff.Kind, hasBegun: Bool
        ) {
            self.handoff = handoff
            self.contract = contract
            self.version = version
            self.contentHash = contentHash
            self.correlationID = correlationID
            self.kind = kind
            self.hasBegun = hasBegun
        }
    }

    package var versions: [Version]
    /// Whether a document of the opportunity was signed.
    package var isSigned: Bool

    package init(versions: [Version] = [], isSigned: Bool = false) {
        self.versions = versions
        self.isSigned = isSigned
    }

    /// Why a deal starts nothing that must be signed first.
    package static let unsigned = "waits for the signature"
    /// Why a signature starts nothing whose deal is not known.
    package static let unmatched = "waits for the deal"
}

/// Decides on an arrival about a lane that stands as `lane`; the caller adds an accepted one to its view.
///
/// The order of the questions is the protocol's: same content is a duplicate, other content a conflict, an older
/// version than one that has begun, or than a cancellation, is stale. Never "the newer wins".
package func intakeDecision(on arrival: Arrival, in lane: LaneView) -> (
    outcome: Admission.Outcome, reason: String?, of: LaneView.Version?
) {
    if let reason = arrival.ignoredBecause { return (.ignored, reason, nil) }
    let ofContract = lane.versions.filter { $0.contract == arrival.contract }
    if let same = ofContract.first(where: { $0.version == arrival.version }) {
        if same.contentHash == arrival.contentHash {
            return (.duplicate, "version \(arrival.version) is known with the same content", same)
        }
        return (.conflict, "version \(arrival.version) is known with other content", same)
    }
    if let later = ofContract.first(where: {
        $0.version > arrival.version && ($0.hasBegun || $0.kind == .cancel)
    }) {
        let how = later.kind == .cancel ? "cancelled" : "went ahead of"
        return (.stale, "version \(later.version) \(how) version \(arrival.version)", later)
    }
    if arrival.waitsForSignature, !lane.isSigned { return (.ignored, LaneView.unsigned, nil) }
    return (.accepted, nil, nil)
}

/// Decides on a signature in a lane that stands as `lane`, after the deals that waited for it: `begun` are those that it
/// has just begun, and `holder` the handoff that the same envelope has joined already.
///
/// It belongs to what it has begun, or to the latest version that is known; with none it waits.
package func signatureDecision(
    isKnown: Bool, holder: LaneView.Version?, begun: [LaneView.Version], in lane: LaneView
) -> (outcome: Admission.Outcome, reason: String?, of: LaneView.Version?) {
    if isKnown { return (.duplicate, "the envelope is known", holder) }
    let latest = lane.versions.filter { $0.kind != .cancel }
        .max { ($0.contract, $0.version) < ($1.contract, $1.version) }
    guard let version = begun.first ?? latest else { return (.ignored, LaneView.unmatched, nil) }
    return (.accepted, nil, version)
}
