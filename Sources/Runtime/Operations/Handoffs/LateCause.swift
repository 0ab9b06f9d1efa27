import Workers

/// Why a handoff does not go on: exactly one of the four answers that a business asks for.
public enum LateCause: String, Sendable, Codable, CaseIterable {
    /// What was sold is described wrongly or incompletely, or a system lacks what it needs to know.
    case dataQuality = "data quality"
    /// Somebody has to approve.
    case approval
    /// A system fails, or asks for fewer calls.
    case apiFailure = "API failure"
    /// Something that was begun has not finished yet, here or in a system behind.
    case downstream = "downstream processing"

    /// Answers for a handoff that waits or is parked; nil for one that goes on, or is over.
    ///
    /// `cause` is what it waits for, or the class for which it was parked.
    init?(state: String, cause: String?) {
        switch state {
        case "waiting": self = Self(waitingFor: cause ?? "-")
        case "parked": self = cause.flatMap(IncidentClass.init(rawValue:)).map(Self.init(parkedBecause:)) ?? .downstream
        default: return nil
        }
    }

    private init(waitingFor cause: String) {
        switch cause.split(separator: ":").first {
        case "approval": self = .approval
        case "failure", "throttled", "breaker": self = .apiFailure
        default: self = .downstream
        }
    }

    private init(parkedBecause incidentClass: IncidentClass) {
        switch incidentClass {
        case .empty, .tooLarge, .invalidEncoding, .notJSON, .wrongSchema, .mandatoryMissing, .unknownType,
            .unsupportedVersion,
            .sourceMismatch, .tooManyLines, .amountsDoNotAddUp, .datesReversed, .conflict, .lateChange, .baseMissing,
            .baseStale, .baseUnusable, .taxUnknown, .revenueRuleMissing, .entityUnmapped, .duplicateCustomer,
            .serviceUnknown,
            .adoptionUnconfirmed, .catalogMissing, .templateRetired, .currencyNotEnabled,
            .taxProfileMissing,
            .termsUnknown, .rateCardMissing, .dimensionInvalid, .sowMismatch, .signatureUnmatched:
            self = .dataQuality
        case .notApproved, .planStale: self = .approval
        case .attemptsUsedUp, .ageUsedUp, .unroutable, .undeliverable, .movedByHand: self = .apiFailure
        case .targetRefused, .undoRefused, .residue, .copyLeft, .lookFailed, .statusRefused, .takeoversUsedUp, .unknown:
            self = .downstream
        }
    }
}
