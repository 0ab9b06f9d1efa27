/// The codes with which the sandbox complains. Any other may be anything, so it is passed on as what was said, and no more.
package enum SandboxCodes {
    /// Those that its README lists.
    package static let known: Set<String> = [
        "already_invoiced", "cancelled", "dates_reversed", "duplicate_customer", "duplicate_number", "entity_unmapped",
        "has_schedules", "invalid_combination", "is_active", "missing_correlation_id", "missing_field", "missing_key",
        "missing_part", "missing_query", "no_lines", "no_tasks", "not_found", "other_body", "period_closed", "refused",
        "revenue_rule_missing", "still_processing", "tax_unknown", "unknown_customer", "unknown_jurisdiction",
        "unknown_parent", "unknown_project", "unknown_service", "wrong_body",
    ]
}
