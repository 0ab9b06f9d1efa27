/// Every way in which work can end with a person: a closed list, stored and published by these names.
public enum IncidentClass: String, Sendable, Codable, CaseIterable {
    /// The body is empty.
    case empty
    /// The body is over the size limit.
    case tooLarge = "too_large"
    /// The body is not valid UTF-8.
    case invalidEncoding = "invalid_encoding"
    /// The body is not JSON.
    case notJSON = "not_json"
    /// The body is JSON but not what the published schema says.
    case wrongSchema = "wrong_schema"
    /// The deal lacks what delivery or finance cannot begin without.
    case mandatoryMissing = "mandatory_missing"
    /// The event's type is not one that this queue takes.
    case unknownType = "unknown_type"
    /// The event's type is known, its major version is not.
    case unsupportedVersion = "unsupported_version"
    /// The event names another source than its routing key.
    case sourceMismatch = "source_mismatch"
    /// The deal has more lines than the limit.
    case tooManyLines = "too_many_lines"
    /// The deal's lines or milestones do not add up to its total.
    case amountsDoNotAddUp = "amounts_do_not_add_up"
    /// A period ends before it begins.
    case datesReversed = "dates_reversed"
    /// The commercial terms are not approved, or nobody owns delivery.
    case notApproved = "not_approved"
    /// The same deal version arrived with other content.
    case conflict
    /// A change order arrived after a later version had begun: its difference would be lost.
    case lateChange = "late_change"
    /// The version that a change order builds upon has not arrived.
    case baseMissing = "base_missing"
    /// The version that a change order builds upon can never come: a later one was there first.
    case baseStale = "base_stale"
    /// The version that a change order builds upon did not end in a project.
    case baseUnusable = "base_unusable"
    /// A target does not know how to tax this.
    case taxUnknown = "tax_unknown"
    /// A target has no rule by which this revenue is recognised.
    case revenueRuleMissing = "revenue_rule_missing"
    /// A target does not know the legal entity.
    case entityUnmapped = "entity_unmapped"
    /// A target knows customers that may be the same.
    case duplicateCustomer = "duplicate_customer"
    /// A target does not know a sold service's code.
    case serviceUnknown = "service_unknown"
    /// No catalog is published, and the deal needs one.
    case catalogMissing = "catalog_missing"
    /// A sold service is delivered by a project template that was retired.
    case templateRetired = "template_retired"
    /// The selling legal entity does not invoice in the deal's currency.
    case currencyNotEnabled = "currency_not_enabled"
    /// What a tax rule needs to know of the customer is missing.
    case taxProfileMissing = "tax_profile_missing"
    /// The catalog lists no such billing terms, or they cannot be met.
    case termsUnknown = "terms_unknown"
    /// No rate card, or more than one, holds for the entity, the currency and the day.
    case rateCardMissing = "rate_card_missing"
    /// The financial dimensions that the deal would get do not go together.
    case dimensionInvalid = "dimension_invalid"
    /// The statement of work that was signed is not the one that the deal was made from.
    case sowMismatch = "sow_mismatch"
    /// A document was signed, and no deal of its opportunity has arrived.
    case signatureUnmatched = "signature_unmatched"
    /// What would be done now is not the plan that somebody looked at and expects.
    case planStale = "plan_stale"
    /// A target said that it will never do this.
    case targetRefused = "target_refused"
    /// A target said that it will not take back what was done.
    case undoRefused = "undo_refused"
    /// What could not be taken back is left, and somebody has to deal with it.
    case residue
    /// A target took effect late: a second thing stands under one key, and it was not removed.
    case copyLeft = "copy_left"
    /// A target could not be asked whether it took effect late.
    case lookFailed = "look_failed"
    /// A person named what was made by hand, and the target does not know it.
    case adoptionUnconfirmed = "adoption_unconfirmed"
    /// A system will not show the status that it is told.
    case statusRefused = "status_refused"
    /// All attempts of a step failed; whether the last took effect may be unknown.
    case attemptsUsedUp = "attempts_used_up"
    /// The work kept waiting until its maximal age passed.
    case ageUsedUp = "age_used_up"
    /// The work's workers died again and again without an outcome.
    case takeoversUsedUp = "takeovers_used_up"
    /// No binding matched the message's routing key.
    case unroutable
    /// The broker gave the message up: it was returned too often, as when it kills its workers, or stood too long.
    case undeliverable
    /// Somebody moved the message with the broker's own tools, and nothing tells any more who published it.
    case movedByHand = "moved_by_hand"
    /// Nothing above fits: a mistake in the software.
    case unknown

    /// The team that decides on incidents of this class.
    public var owner: Owner {
        switch self {
        case .empty, .tooLarge, .invalidEncoding, .notJSON, .wrongSchema, .unknownType, .unsupportedVersion,
            .sourceMismatch, .statusRefused, .unroutable:
            .integration
        case .tooManyLines, .amountsDoNotAddUp, .datesReversed, .notApproved, .conflict, .lateChange, .baseMissing,
            .baseStale, .baseUnusable, .sowMismatch, .signatureUnmatched, .planStale, .mandatoryMissing:
            .salesOperations
        case .taxUnknown, .revenueRuleMissing, .entityUnmapped, .duplicateCustomer, .targetRefused, .undoRefused,
            .residue, .copyLeft,
            .currencyNotEnabled, .taxProfileMissing, .termsUnknown, .rateCardMissing, .dimensionInvalid:
            .finance
        case .serviceUnknown, .templateRetired: .projectOperations
        case .attemptsUsedUp, .ageUsedUp, .takeoversUsedUp, .adoptionUnconfirmed,
            .lookFailed, .undeliverable, .catalogMissing,
            .movedByHand, .unknown:
            .support
        }
    }

    /// Whether it is about a change order whose base is not there: it holds nothing else up, and is open all the same.
    public var lacksBase: Bool { self == .baseMissing || self == .baseStale }

    /// A team to which incidents belong.
    public enum Owner: String, Sendable, Codable, CaseIterable {
        /// Owns the quality of what the CRM sends.
        case salesOperations = "sales_operations"
        /// Owns entities, tax, billing and revenue.
        case finance
        /// Owns services, templates and delivery.
        case projectOperations = "project_operations"
        /// Owns the publishers and their messages.
        case integration
        /// Owns the fleet and its targets.
        case support
    }
}
