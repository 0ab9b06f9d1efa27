import Fleet

extension Tables {
    /// All rows, a line each, in no order; moments in milliseconds since the beginning. For comparing with other stores.
    package var lines: [String] {
        var all = handoffs.flatMap(lines)
        all += claims.map { row in
            line(
                "claim", row.claim.target, row.claim.thing, row.claim.naturalKey, row.holder, row.externalID,
                row.contentHash, moment(row.settledAt))
        }
        all += incidents.map { row in
            line(
                "incident", row.cause, row.step, row.queue, row.incidentClass.rawValue, flag(row.isBlocking),
                row.state == .open ? "open" : "closed", row.resolution, "\(row.round)", flag(row.caseID == row.id),
                "\(row.revision)", moment(row.dueAt), moment(row.since), row.facts.opportunity, row.facts.contract,
                row.facts.version.map { "\($0)" }, flag(row.hasCopy), flag(row.wasMoved), row.said, "\(row.repeats)")
        }
        all += mirrors.map { row in
            line(
                "status", row.key.opportunity, row.contract.isEmpty ? nil : row.contract, row.key.target,
                row.key.object, "\(row.sourceVersion)",
                "\(row.writtenVersion)", row.wanted, "\(row.state)", row.queue, "\(row.attempts)", moment(row.dueAt),
                "\(row.token)", "\(row.publishes)")
        }
        all += targets.map { name, row in
            line(
                "target", name, "\(row.failures)", "\(row.openings)", moment(row.openUntil), moment(row.probeUntil),
                moment(row.throttledUntil))
        }
        all += events.map { row in
            line(
                "event", row.source, row.eventID, row.admission.outcome.rawValue, "\(row.copies)",
                row.handoff?.lowercased, row.publisher)
        }
        all += signatures.map { row in
            line(
                "signature", row.envelope, row.opportunity, row.sowHash, row.state.rawValue, row.handoff?.lowercased,
                moment(row.dueAt))
        }
        all += names.map { line("name", $0, $1) }
        all += unsignedDeals.map { row in
            line(
                "unsigned", row.arrival.opportunity, row.arrival.contract, "\(row.arrival.version)",
                row.arrival.eventID, row.arrival.contentHash, row.state.rawValue, row.handoff?.lowercased)
        }
        all += looks.map { row in
            line(
                "look", row.step.handoff.lowercased, "\(row.step.ordinal)", "\(row.round)", row.queue,
                row.state.rawValue, moment(row.dueAt), "\(row.token)", "\(row.attempts)",
                row.removals.isEmpty ? nil : row.removals.joined(separator: ","), row.outcome?.rawValue)
        }
        return all
    }

    private func lines(of row: Rows.Handoff) -> [String] {
        let id = row.id.lowercased
        let steps = row.steps.enumerated().map { ordinal, step in
            line(
                "step", id, "\(ordinal)", step.label, step.queue, flag(step.isFinal), step.key, step.state.rawValue,
                "\(step.attempts)", "\(step.undoAttempts)", moment(step.settledAt), step.receipt?.externalID,
                step.keptBecause,
                step.keptOwner?.rawValue)
        }
        let entries = journal.filter { $0.handoff == row.id }.enumerated().map { place, entry in
            line("journal", id, "\(place + 1)", entry.text)
        }
        let handoff = line(
            "handoff", id, row.opportunity, row.contract, "\(row.version)", row.kind.rawValue, row.state.rawValue,
            row.queue, row.direction.rawValue, row.cause, row.lastError, moment(row.dueAt), "\(row.token)",
            "\(row.takeovers)", "\(row.publishes)", "\(row.requeues)", "\(row.planningAttempts)", row.planningTarget,
            flag(row.isWithheld), flag(row.hasBegun), moment(row.troubledSince))
        return [handoff] + steps + entries + (row.plan.map { [line("plan", id, $0)] } ?? [])
    }

    private func line(_ parts: String?...) -> String { parts.map { $0 ?? "-" }.joined(separator: " ") }
    private func flag(_ value: Bool) -> String { value ? "t" : "f" }
    private func moment(_ moment: Duration?) -> String {
        moment.map { "\(Int64(($0 / .milliseconds(1)).rounded()))" } ?? "-"
    }
}
