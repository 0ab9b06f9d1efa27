import PostgreSQL

/// The statements by which people act. Each is a function of the database, which says who acts, checks what the act relies
/// on, and leaves the act's row and the journal's entry with the change: there is no other way.
enum ActStatements {
    static let requeue = Statement(
        "requeue_handoff", "SELECT id, queue, correlation_id FROM requeue_handoff($1, $2, $3, $4)")

    static let beginSending = Statement(
        "begin_sending", "SELECT body, headers, round, correlation_id FROM begin_sending($1, $2, $3, $4)")

    static let sendingMessage = Statement(
        "sending_message",
        "SELECT body, headers::text, round, correlation_id FROM incidents WHERE id = $1 AND state = 'sending'")

    static let sendingIncidents = Statement(
        "sending_incidents", "SELECT id FROM incidents WHERE state = 'sending' ORDER BY opened_at, id")

    static let finishSending = Statement("finish_sending", "SELECT finish_sending($1, $2, $3)")

    static let hold = Statement("hold_incident", "SELECT hold_incident($1, $2, $3)")

    static let release = Statement("release_incident", "SELECT release_incident($1, $2, $3)")

    static let close = Statement("close_incident", "SELECT close_incident($1, $2, $3)")

    static let discard = Statement(
        "discard_handoff", "SELECT id, queue, correlation_id FROM discard_handoff($1, $2, $3, $4, $5)")

    static let turnBack = Statement("turn_back", "SELECT id, queue, correlation_id FROM turn_back($1, $2, $3, $4)")

    static let keepStep = Statement(
        "keep_step", "SELECT id, queue, correlation_id FROM keep_step($1, $2, $3, $4, $5, $6)")
}
