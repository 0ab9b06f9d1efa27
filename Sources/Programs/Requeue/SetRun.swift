import ArgumentParser
import Foundation
import Handoffs
import Operations
import OperatorConsole
import PostgreSQL

/// One act on one frozen set: shown, confirmed, done, counted.
struct SetRun: Sendable {
    let act: Act
    let options: SelectionOptions

    func run() async throws {
        let options = options
        let lines = try await options.database.with { database in
            try await options.frozen(for: act, IncidentInquiries(database: database))
        }
        guard !lines.isEmpty else {
            note("nothing matches")
            throw ExitCode(3)
        }
        if !options.json || !options.dryRun { show(lines) }
        let results = options.dryRun ? try await foresee(lines) : try await perform(lines)
        try report(results, of: lines)
    }

    private func show(_ lines: [IncidentLine]) {
        note(incidentTable(lines, now: Date()))
        note("\(act.name): \(IncidentTotals(of: lines).text("matching"))")
    }

    private func foresee(_ lines: [IncidentLine]) async throws -> [ActResult] {
        try await options.database.with { database in
            try await IncidentActs(database: database, post: Post(publisher: nil)).foresee(act, on: lines)
        }
    }

    private func perform(_ lines: [IncidentLine]) async throws -> [ActResult] {
        let act = options.yes ? act : try confirmed(lines.count)
        let options = options
        return try await options.database.with { database in
            try await options.broker.with { publisher in
                let progress = Progress(total: lines.count)
                let acts = IncidentActs(
                    database: database, post: Post(publisher: publisher), endingStatus: DealHandoff.status(of:))
                return try await acts.perform(act, on: lines) { progress.show($0) }
            }
        }
    }

    /// The act as the person confirms it: of a discard also what becomes of what exists.
    private func confirmed(_ count: Int) throws -> Act {
        guard canAsk else {
            throw ValidationError("not on a terminal, so nobody can be asked: say --yes, or --dry-run to look first")
        }
        var act = act
        if act.kind == .discard(.undecided) {
            note("What has been made already: [k]eep, [u]ndo, or leave such incidents alone? [k/u/N] ", terminator: "")
            switch readLine()?.lowercased() {
            case "k", "keep": act = Act(.discard(.keep), why: act.why)
            case "u", "undo": act = Act(.discard(.undo), why: act.why)
            default: break
            }
        }
        note("\(act.name) \(count == 1 ? "this one" : "these \(count)")? [y/N] ", terminator: "")
        guard ["y", "yes"].contains(readLine()?.lowercased()) else {
            note("nothing was done")
            throw ExitCode(4)
        }
        return act
    }

    private func report(_ results: [ActResult], of lines: [IncidentLine]) throws {
        if options.json {
            try printJSON(results)
        } else {
            let cases = Dictionary(lines.map { ($0.incident, $0.caseID) }) { first, _ in first }
            say(
                page(
                    results.map {
                        "\(cases[$0.incident] ?? $0.incident)  \(word(for: $0.outcome)): \($0.sentence)"
                    }))
        }
        let counts = ActResult.Outcome.allCases.compactMap { outcome in
            let count = results.count { $0.outcome == outcome }
            return count == 0 ? nil : "\(count) \(word(for: outcome))"
        }
        note((options.dryRun ? "dry run, nothing was done: " : "") + counts.joined(separator: ", "))
        if options.dryRun { return }
        if results.contains(where: { $0.outcome == .failed || $0.outcome == .unconfirmed }) { throw ExitCode(1) }
        if results.contains(where: { [.changed, .held, .refused].contains($0.outcome) }) { throw ExitCode(4) }
    }

    private func word(for outcome: ActResult.Outcome) -> String {
        options.dryRun && outcome == .done ? "would be done" : outcome.rawValue
    }
}

/// How far long work is: one line on a terminal, a line for each hundred elsewhere, nothing for a handful.
struct Progress: Sendable {
    private static let step = 100
    private static let worthTelling = 20

    let total: Int

    func show(_ done: Int) {
        guard total >= Self.worthTelling else { return }
        if isatty(STDERR_FILENO) == 1 {
            note("\(done) of \(total)", terminator: done == total ? "\n" : "\r")
        } else if done.isMultiple(of: Self.step) {
            note("\(done) of \(total)")
        }
    }
}
