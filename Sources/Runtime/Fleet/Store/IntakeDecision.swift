import FoundationEssentials
import Sagas

/// What is known of one opportunity while its lane is locked: enough to decide on the next arrival.
struct LaneView: Sendable, Equatable {
    struct Version: Sendable, Equatable {
        var handoff: UUID
        var contract: String
        var version: Int
        var contentHash: String
        var correlationID: String
        var kind: TakenHandoff.Kind
        /// Whether it has left `behind`: it ran, or runs.
        var hasBegun: Bool
    }

    var versions: [Version] = []
}

/// Decides on an arrival about a lane that stands as `lane`; the caller adds an accepted one to its view.
///
/// The order of the questions is the protocol's: same content is a duplicate, other content a conflict, an older
/// version than one that has begun, or than a cancellation, is stale. Never "the newer wins".
func intakeDecision(on arrival: Arrival, in lane: LaneView) -> (
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
    return (.accepted, nil, nil)
}
