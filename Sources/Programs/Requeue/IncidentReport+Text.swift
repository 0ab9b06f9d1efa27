import Foundation
import Operations
import OperatorConsole

extension IncidentReport {
    /// The report as a person reads it.
    var text: String {
        [about, whatIsWrong, advice, whatExists, attempts, whatPeopleDid, earlierRounds, messageText]
            .filter { !$0.isEmpty }.map(page).joined(separator: "\n\n")
    }

    private var about: [String] {
        var lines = [
            "case         \(line.caseID) (\(line.incidentClass)), round \(line.round)",
            "status       \(line.status)", "deal         \(line.deal)", "customer     \(line.customer ?? "-")",
            "worth        \(line.amount)",
            "where        \(line.queue)" + (line.step.map { ", step \($0)" } ?? "")
                + (line.step.flatMap(target).map { ", at \($0)" } ?? ""),
            "since        \(line.since.formatted(.iso8601))"
                + (line.openedAt > line.since ? ", this round since \(line.openedAt.formatted(.iso8601))" : ""),
            "decided by   \(line.owner.replacing("_", with: " "))", "story        \(line.story)",
        ]
        if let said = sightings.said { lines.append("they said    \(said)") }
        if let event = line.eventID { lines.append("event        \(line.eventSource ?? "-") \(event)") }
        if line.repeats > 0 {
            let last = line.lastSeenAt.map { ", last at \($0.formatted(.iso8601))" } ?? ""
            lines.append("seen         \(line.repeats + 1) times\(last)")
        }
        if sightings.wasMovedByHand { lines.append("moved        by hand, with the broker's own tools") }
        if let holder = line.heldBy, line.isHeld {
            let since = line.heldAt?.formatted(.iso8601) ?? "-"
            lines.append("held         by \(holder) since \(since), because \(line.heldBecause ?? "-")")
        }
        if let closedBy = line.closedBy {
            let why = line.why.map { ", because \($0)" } ?? ""
            lines.append("closed       by \(closedBy) at \(line.closedAt?.formatted(.iso8601) ?? "-")\(why)")
        }
        if let standing {
            lines.append(
                "handoff      \(line.handoff?.description ?? "-") is \(standing.state) in \(standing.queue) since "
                    + "\(standing.since.formatted(.iso8601))" + (standing.direction == "undo" ? ", going back" : ""))
            if let error = standing.lastError { lines.append("last answer  \(error)") }
        }
        return lines + ["correlation  \(line.correlationID)"]
    }

    private var whatIsWrong: [String] {
        guard !line.findings.isEmpty else { return [] }
        return ["What is wrong with the event:"]
            + line.findings.flatMap {
                ["  \($0.path) \($0.text)", "      \($0.owner.replacing("_", with: " ")): \($0.cure)"]
            }
    }

    private var advice: [String] {
        guard let words else {
            return ["The table of incident classes does not know '\(line.incidentClass)': run 'baton migrate'."]
        }
        return [
            "what happened    \(words.what)", "who fixes it     \(words.who)", "where            \(words.fixWhere)",
            "what to do then  \(words.next)",
        ]
    }

    private var whatExists: [String] {
        guard !steps.isEmpty else { return line.handoff == nil ? [] : ["Nothing was planned yet, so nothing exists."] }
        let rows = steps.reversed().map { step in
            let failures = step.failedAttempts > 0 ? ", \(step.failedAttempts) failed" : ""
            let doubt = step.isInDoubt ? ", it is not known whether it took effect" : ""
            let kept = step.keptBecause.map { ", kept because \($0)" } ?? ""
            let origin = step.cameToBe.map { ", \($0)" } ?? ""
            let place = target(ofStep: step.step) ?? "-"
            return
                "  \(step.state)\t\(step.step)\t\(place)\t\(step.externalID ?? "-")\(origin)\(failures)\(doubt)\(kept)"
        }
        return ["What exists where:"] + rows
    }

    private var attempts: [String] {
        guard !journal.isEmpty else { return [] }
        return ["What happened:"]
            + journal.map { "  \($0.at.formatted(.iso8601))  \($0.actor ?? "-")  \($0.entry)" }
    }

    private var whatPeopleDid: [String] {
        guard !acts.isEmpty else { return [] }
        return ["What people did:"] + acts.map { "  " + $0.text }
    }

    private var earlierRounds: [String] {
        guard rounds.count > 1 else { return [] }
        return ["The case:"]
            + rounds.map { round in
                "  round \(round.round)  \(round.openedAt.formatted(.iso8601))  "
                    + "\(round.incidentClass): \(round.story) (\(round.status))"
            }
    }

    private var messageText: [String] {
        guard let message else { return [] }
        let origin = message.origin.sorted { $0.key < $1.key }.map { "; \($0.key) \($0.value)" }
        let head = "The message: \(message.bytes) bytes" + origin.joined()
        return [message.body == nil ? head + "; --body shows it" : head]
    }
}

extension ActRecord {
    /// The act as a person reads it.
    var text: String {
        let about = caseID.map { " case \($0)" } ?? handoff.map { " handoff \($0)" } ?? ""
        return "\(at.formatted(.iso8601))  \(actor)  \(act)\(about): \(outcome)" + (why.map { " (\($0))" } ?? "")
    }
}
