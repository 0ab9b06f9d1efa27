import FoundationEssentials
import PostgreSQL
import Sagas
import Workers

/// What is written, in the order of the locks.
extension IntakeBook {
    func commands(
        limits: TimeLimits, opportunities: [String]
    ) throws -> [(purpose: Purpose, command: Command)] {
        var commands: [(purpose: Purpose, command: Command)] = []
        if !accepted.isEmpty {
            let deals = accepted.map(\.deal.arrival)
            let ids = accepted.map(\.id)
            commands += [
                (.write, handoffsCommand(ids, deals, limits: limits)),
                (
                    .write,
                    Command(
                        IntakeStatements.insertDeals, ids, deals.map(\.body), deals.map(\.customer),
                        deals.map(\.totalMinor), deals.map(\.currency), deals.map(\.sowHash),
                        deals.map { folded($0.customer) })
                ),
                (.write, Command(IntakeStatements.appendJournal, ids, try deals.map(JournalEntry.accepted))),
            ]
            commands += stopCommands()
            for statement in [IntakeStatements.baseArrived, IntakeStatements.closeMissingBases] {
                commands.append(
                    (
                        .write,
                        Command(
                            statement, deals.map(\.opportunity), deals.map(\.contract),
                            deals.map { Int32($0.version) })
                    ))
            }
            // What was refused was filed under whatever name it came with.
            let named = deals.flatMap { deal in ([deal.opportunity] + deal.names).map { ($0, deal) } }
            commands.append(
                (
                    .write,
                    Command(
                        IncidentStatements.closeRefused, named.map(\.0), named.map(\.1.contract),
                        named.map { Int32($0.1.version) })
                ))
            let lease = limits.ticketLease.milliseconds
            commands.append((.advance, LaneStatements.advancing(opportunities, limits)))
            commands += statusCommands(lease: lease)
        }
        if !contradictions.isEmpty {
            commands.append((.write, try RawIncident.insert(contradictions, lease: limits.ticketLease)))
        }
        if !recorded.isEmpty { commands.append((.write, eventsCommand())) }
        if !newNames.isEmpty {
            commands.append(
                (.write, Command(IntakeStatements.insertNames, newNames.map(\.name), newNames.map(\.opportunity))))
        }
        commands += try signatures.commands(limits: limits)
        if !copies.isEmpty {
            commands.append(
                (
                    .write,
                    Command(
                        IntakeStatements.countCopies, copies.map(\.key.source), copies.map(\.key.eventID),
                        copies.map(\.known.contentHash), copies.map(\.known.admission.outcome.rawValue))
                ))
        }
        return commands
    }

    private func handoffsCommand(_ ids: [UUID], _ deals: [Arrival], limits: TimeLimits) -> Command {
        Command(
            IntakeStatements.insertHandoffs, ids, deals.map(\.opportunity), deals.map(\.contract),
            deals.map { Int32($0.version) }, deals.map(\.contentHash), deals.map(\.correlationID), saga, queue,
            deals.map(\.kind.stored.rawValue), deals.map { $0.kind.base.map(Int32.init) }, limits.baseWait.milliseconds)
    }

    private func stopCommands() -> [(purpose: Purpose, command: Command)] {
        let closing = accepted.map(\.deal.arrival).filter { $0.version > 1 && $0.kind.stored != .change }
        guard !closing.isEmpty else { return [] }
        let versions = closing.map { Int32($0.version) }
        return [
            (
                .write,
                Command(
                    IntakeStatements.lockEarlier, closing.map(\.opportunity), closing.map(\.contract), versions)
            ),
            (
                .write,
                Command(
                    IntakeStatements.stopEarlier, closing.map(\.opportunity), closing.map(\.contract), versions,
                    closing.map { $0.kind.stored == .cancel }, closing.map(\.eventID))
            ),
        ]
    }

    private func statusCommands(lease: Int64) -> [(purpose: Purpose, command: Command)] {
        let rows = accepted.compactMap { entry in entry.deal.status.map { (entry.deal.arrival, $0) } }
        guard !rows.isEmpty else { return [] }
        return [
            (
                .statuses,
                Command(
                    IntakeStatements.wantStatuses, rows.map(\.0.opportunity), rows.map(\.1.target),
                    rows.map(\.1.object), rows.map(\.1.queue), rows.map(\.1.content),
                    rows.map(\.0.correlationID), lease, rows.map(\.0.contract))
            )
        ]
    }

    private func eventsCommand() -> Command {
        let arrivals = recorded.map(\.arrival)
        return Command(
            IntakeStatements.insertEvents, arrivals.map(\.source), arrivals.map(\.eventID), arrivals.map(\.contentHash),
            recorded.map(\.admission.outcome.rawValue), recorded.map(\.admission.reason),
            recorded.map(\.admission.correlationID), arrivals.map { $0.opportunity.isEmpty ? nil : $0.opportunity },
            arrivals.map { $0.version > 0 ? $0.contract : nil },
            arrivals.map { $0.version > 0 ? Int32($0.version) : nil },
            recorded.map(\.admission.handoff), recorded.map(\.incident), arrivals.map(\.publisher))
    }
}

extension Arrival.Kind {
    /// The kind by its stored name.
    package var stored: TakenHandoff.Kind {
        switch self {
        case .complete: .complete
        case .change: .change
        case .cancel: .cancel
        // A signature is no version of anything: it is decided on before this is asked.
        case .signature: .complete
        }
    }

    /// What was signed, if it is that.
    package var signed: Arrival.Signed? {
        if case .signature(let signed) = self { signed } else { nil }
    }

    /// The version that a change order builds upon.
    package var base: Int? {
        if case .change(let base) = self { base } else { nil }
    }
}
