import Testing
import Workers

@Suite struct OutcomeTests {
    @Test("a refusal always says why, in at most 1,000 characters")
    func refusals() {
        #expect(Refused(.conflict, "").reason == "conflict")
        #expect(Refused(.conflict, String(repeating: "x", count: 1000)).reason.count == 1000)
        #expect(Refused(.conflict, String(repeating: "x", count: 1001)).reason.count == 1000)
    }

    @Test("only a failure of the target uses up an attempt", arguments: Unavailable.Cause.allCases)
    func attempts(cause: Unavailable.Cause) {
        #expect(Unavailable(cause, target: "ERP", reason: "-").isAttempt == (cause == .failure))
    }

    @Test("the names of incident classes are stored and never change")
    func classes() {
        #expect(
            IncidentClass.allCases.map(\.rawValue) == [
                "empty", "too_large", "invalid_encoding", "not_json", "wrong_schema", "mandatory_missing",
                "unknown_type", "unsupported_version", "source_mismatch", "too_many_lines", "amounts_do_not_add_up",
                "dates_reversed",
                "not_approved", "conflict", "late_change", "base_missing", "base_stale", "base_unusable", "tax_unknown",
                "revenue_rule_missing", "entity_unmapped", "duplicate_customer", "service_unknown",
                "catalog_missing", "template_retired", "currency_not_enabled", "tax_profile_missing", "terms_unknown",
                "rate_card_missing", "dimension_invalid", "sow_mismatch", "signature_unmatched", "plan_stale",
                "target_refused", "undo_refused", "residue", "copy_left", "look_failed", "adoption_unconfirmed",
                "status_refused",
                "attempts_used_up", "age_used_up",
                "takeovers_used_up", "unroutable", "undeliverable", "moved_by_hand", "unknown",
            ])
    }
}
