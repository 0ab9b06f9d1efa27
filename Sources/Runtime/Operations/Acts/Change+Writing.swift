import Fleet
import FoundationEssentials
import PostgreSQL
import RabbitMQ

extension Change {
    /// What it comes to, for a list of what would be done.
    var intention: String {
        switch self {
        case .requeue: "its handoff would be made ready again"
        case .beginSending: "its message would be sent again"
        case .finishSending: "its message, not confirmed yet, would be sent once more"
        case .hold: "it would be held"
        case .release: "it would be released"
        case .close: "it would be closed; nothing else changes"
        case .discard: "its handoff would be closed, and what exists kept"
        case .turnBack: "its handoff would be undone, last step first"
        case .keepStep: "the step would be kept, and the rest undone"
        }
    }

    /// What it came to.
    var outcome: String {
        switch self {
        case .requeue: "sent, not yet tried"
        case .beginSending, .finishSending: "sent, not yet tried: the broker has the message"
        case .hold: "held"
        case .release: "released"
        case .close: "closed"
        case .discard: "discarded"
        case .turnBack: "is being undone, not yet tried"
        case .keepStep: "the step is kept, the rest is being undone"
        }
    }

    /// What is written, in the order of the locks. The last command's rows, if any, are what ``letters(for:from:)`` reads.
    func writes(for act: Act, on line: IncidentLine, in situation: Situation) throws -> [Command] {
        let id = line.incident
        let lease = Post.ticketLease.inMilliseconds
        let record = Command(ActStatements.record, act.name, id, line.handoff, act.why, outcome)
        func close(_ resolution: String) -> Command { Command(ActStatements.closeIncident, id, resolution, act.why) }
        func journal(_ what: String) throws -> [Command] {
            guard let handoff = line.handoff else { return [] }
            let entry = JournalText(what: what, incident: id.description, step: line.step)
            return [Command(ActStatements.journal, handoff, try entry.text)]
        }
        func ready(_ direction: String) throws -> [Command] {
            guard let handoff = line.handoff else { return [] }
            return [
                Command(ActStatements.resetAttempts, handoff),
                Command(ActStatements.readyHandoff, handoff, direction, lease),
            ]
        }
        switch self {
        case .requeue:
            return try [close("requeued"), record] + journal("requeued")
                + ready(situation.handoff?.direction ?? "do")
        case .beginSending:
            return [record, Command(ActStatements.beginSending, id, act.why, lease)]
        case .finishSending: return [Command(ActStatements.sendingMessage, id)]
        case .hold: return try [Command(ActStatements.hold, id, act.why), record] + journal("held")
        case .release: return try [Command(ActStatements.release, id), record] + journal("released")
        case .close: return try [close("discarded"), record] + journal("incident closed")
        case .discard:
            guard let handoff = line.handoff, let opportunity = situation.handoff?.opportunity else { return [] }
            return try [
                Command(ActStatements.keepSteps, handoff, act.why ?? "-", situation.incident.owner),
                Command(ActStatements.discardHandoff, handoff), close("discarded"), record,
            ] + journal("discarded") + [Command(LaneStatements.advance, [opportunity], lease)]
        case .turnBack: return try [close("undo"), record] + journal("turned back") + ready("undo")
        case .keepStep(let owner, let ordinal):
            return try [
                Command(
                    ActStatements.keepStep, owner, Int16(ordinal), act.why ?? "-", situation.incident.owner),
                close("kept"), record,
            ] + journal("kept") + ready("undo")
        }
    }

    /// What must be published, read from the rows of ``writes(for:on:in:)``.
    func letters(for line: IncidentLine, from written: [[Row]]) throws -> [Letter] {
        guard let rows = written.last else { return [] }
        switch self {
        case .hold, .release, .close: return []
        case .requeue, .discard, .turnBack, .keepStep:
            return try rows.map { row in
                .ticket(
                    Ticket(
                        .handoff(try row.value(0, as: UUID.self)), queue: try row.value(1),
                        correlationID: try row.value(2)))
            }
        case .beginSending, .finishSending:
            return try rows.map { row in
                let origin = try row.value(1, as: String?.self).map {
                    try JSONDecoder().decode([String: String].self, from: Data($0.utf8))
                }
                return .message(
                    incident: line.incident,
                    Message(
                        returning: try row.value(0), origin: origin ?? [:],
                        round: Int(try row.value(2, as: Int32.self)), correlationID: try row.value(3)))
            }
        }
    }
}
