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
        /// Whether it has not ended.
        package var isOpen: Bool
        /// The text that it was made from, where it names one.
        package var sowHash: String?

        package init(
            handoff: UUID, contract: String, version: Int, contentHash: String, correlationID: String,
            kind: TakenHandoff.Kind, hasBegun: Bool, isOpen: Bool = true, sowHash: String? = nil
        ) {
            self.handoff = handoff
            self.contract = contract
            self.version = version
            self.contentHash = contentHash
            self.correlationID = correlationID
            self.kind = kind
            self.hasBegun = hasBegun
            self.isOpen = isOpen
            self.sowHash = sowHash
        }
    }

    package var versions: [Version]
    /// The texts of the opportunity's signed documents; nil for each that names none.
    package var signedTexts: [String?]

    package init(versions: [Version] = [], signedTexts: [String?] = []) {
        self.versions = versions
        self.signedTexts = signedTexts
    }

    /// Why a version is not taken while `count` others of its opportunity are open.
    package static func crowded(_ count: Int) -> String {
        "\(count) versions of the opportunity are open, and no more may wait: once some have ended, or were discarded, have "
            + "this one published again under a new event id"
    }

    /// Whether what was signed lets a deal begin that waits for it: a document of the text that it names, any document
    /// where it names none, and where the company says so also one that does not say what its text is.
    package func isSigned(_ arrival: Arrival) -> Bool {
        guard let own = arrival.sowHash else { return !signedTexts.isEmpty }
        return signedTexts.contains(own) || arrival.takesAnyDocument && signedTexts.contains(nil)
    }

    /// Whether a text is that of a version that is known.
    package func knows(text: String) -> Bool { versions.contains { $0.kind != .cancel && $0.sowHash == text } }

    /// Why a version is not taken that is known and says something else.
    package static func otherContent(of version: Int) -> String { "version \(version) is known with other content" }

    /// Why a deal starts nothing that must be signed first.
    package static let unsigned = "waits for the signature"
    /// Why a signature starts nothing whose deal is not known.
    package static let unmatched = "waits for the deal"
    /// Why a signature starts nothing that does not say which text was signed.
    package static let unnamed = "names no text, and the deal waits for the signature of the text that it names"
    /// Why a signature starts nothing over another text than the deal that waits.
    package static let otherText = "is of another text than the one that the deal waits for"
}

/// Decides on an arrival about a lane that stands as `lane`; the caller adds an accepted one to its view.
///
/// The order of the questions is the protocol's: same content is a duplicate, other content a conflict, an older
/// version than one that has begun, or than a cancellation, is stale. Never "the newer wins". Of `mostOpen` versions that
/// are open a person has to hear, not of thousands: one more is a conflict, unless it takes all of them back.
package func intakeDecision(on arrival: Arrival, in lane: LaneView, mostOpen: Int = TimeLimits().openVersions) -> (
    outcome: Admission.Outcome, reason: String?, of: LaneView.Version?
) {
    if let reason = arrival.ignoredBecause { return (.ignored, reason, nil) }
    let ofContract = lane.versions.filter { $0.contract == arrival.contract }
    if let same = ofContract.first(where: { $0.version == arrival.version }) {
        if same.contentHash == arrival.contentHash {
            return (.duplicate, "version \(arrival.version) is known with the same content", same)
        }
        return (.conflict, LaneView.otherContent(of: arrival.version), same)
    }
    if let later = ofContract.first(where: {
        $0.version > arrival.version && ($0.hasBegun || $0.kind == .cancel)
    }) {
        let how = later.kind == .cancel ? "cancelled" : "went ahead of"
        return (.stale, "version \(later.version) \(how) version \(arrival.version)", later)
    }
    if arrival.waitsForSignature, !lane.isSigned(arrival) { return (.ignored, LaneView.unsigned, nil) }
    let open = lane.versions.filter(\.isOpen)
    if open.count >= mostOpen, arrival.kind.stored != .cancel {
        return (
            .conflict, LaneView.crowded(open.count), open.max { ($0.contract, $0.version) < ($1.contract, $1.version) }
        )
    }
    return (.accepted, nil, nil)
}

/// What a signature came to.
package struct SignatureDecision: Sendable {
    package var outcome: Admission.Outcome
    package var reason: String?
    package var of: LaneView.Version?
    /// Whether a person has to look at it: another text was signed than the deal's.
    package var isMismatch = false
}

/// Decides on a signature over `text` in a lane that stands as `lane`, after the deals that waited for it: `begun` are those
/// that it has just begun, `waits` says that one waits still, and `holder` is the handoff that the same envelope has joined.
///
/// It belongs to what it has begun, to the version whose text it is, or to the latest that is known. One that neither
/// begins what waits nor is of a known text is no signature of it; with no deal it waits.
package func signatureDecision(
    isKnown: Bool, holder: LaneView.Version?, begun: [LaneView.Version], waits: Bool, text: String?, in lane: LaneView
) -> SignatureDecision {
    if isKnown { return SignatureDecision(outcome: .duplicate, reason: "the envelope is known", of: holder) }
    if let version = begun.first { return SignatureDecision(outcome: .accepted, of: version) }
    let versions = lane.versions.filter { $0.kind != .cancel }
    let latest = { (versions: [LaneView.Version]) in
        versions.max { ($0.contract, $0.version) < ($1.contract, $1.version) }
    }
    if let text, let version = latest(versions.filter { $0.sowHash == text }) {
        return SignatureDecision(outcome: .accepted, of: version)
    }
    if waits {
        return text == nil
            ? SignatureDecision(outcome: .ignored, reason: LaneView.unnamed)
            : SignatureDecision(outcome: .ignored, reason: LaneView.otherText, isMismatch: true)
    }
    guard let version = latest(versions) else {
        return SignatureDecision(outcome: .ignored, reason: LaneView.unmatched)
    }
    // Whoever works on it finds the contradiction; when nobody does any more, a person is told here.
    let isOther = text.flatMap { text in version.sowHash.map { $0 != text } } ?? false
    return SignatureDecision(outcome: .accepted, of: version, isMismatch: isOther && !version.isOpen)
}

/// An event that is known under its id, and what it said.
package struct KnownEvent: Sendable, Equatable {
    package var contentHash: String
    package var admission: Admission

    package init(contentHash: String, admission: Admission) {
        self.contentHash = contentHash
        self.admission = admission
    }

    /// Whether `arrival` says the same and asks for no more: an event that started nothing because of its stage says
    /// something else once its stage starts what it is about.
    package func isSaid(by arrival: Arrival) -> Bool {
        guard contentHash == arrival.contentHash else { return false }
        if arrival.ignoredBecause != nil || admission.outcome != .ignored { return true }
        if admission.reason == LaneView.unsigned { return arrival.waitsForSignature }
        return arrival.kind.signed != nil
    }
}

extension [KnownEvent] {
    /// The one that `arrival` is a copy of: what started something rather than what did not.
    package func said(by arrival: Arrival) -> KnownEvent? {
        let same = filter { $0.isSaid(by: arrival) }
        return same.first { $0.admission.outcome != .ignored } ?? same.first
    }
}
