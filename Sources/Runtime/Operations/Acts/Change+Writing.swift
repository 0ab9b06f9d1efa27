import Fleet
import FoundationEssentials
import PostgreSQL
import RabbitMQ
import Workers

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

    /// Whether nothing more becomes of the deal for now: its handoff is given up, or the event of which none ever was.
    /// Of what came in another's name other systems were told nothing.
    func endsDeal(of line: IncidentLine) -> Bool {
        switch self {
        case .discard: true
        case .close: line.handoff == nil && line.holdsUp && line.incidentClass != IncidentClass.sourceMismatch.rawValue
        case .requeue, .beginSending, .finishSending, .hold, .release, .turnBack, .keepStep: false
        }
    }

    /// What is written; its rows, if any, are what ``letters(for:from:)`` reads.
    func write(for act: Act, on line: IncidentLine) -> Command {
        let (id, seen) = (line.incident, Int32(clamping: line.revision))
        let lease = Post.ticketLease.inMilliseconds
        switch self {
        case .requeue: return Command(ActStatements.requeue, id, seen, act.why, lease)
        case .beginSending: return Command(ActStatements.beginSending, id, seen, act.why, lease)
        case .finishSending: return Command(ActStatements.sendingMessage, id)
        case .hold: return Command(ActStatements.hold, id, seen, act.why)
        case .release: return Command(ActStatements.release, id, seen, act.why)
        case .close: return Command(ActStatements.close, id, seen, act.why)
        case .discard:
            return Command(ActStatements.discard, id, seen, act.why, act.kind == .discard(.keep), lease)
        case .turnBack: return Command(ActStatements.turnBack, id, seen, act.why, lease)
        case .keepStep(let owner, let ordinal):
            return Command(ActStatements.keepStep, id, seen, act.why, owner, Int16(ordinal), lease)
        }
    }

    /// What must be published, read from the rows of ``write(for:on:)``.
    func letters(for line: IncidentLine, from rows: [Row]) throws -> [Letter] {
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
