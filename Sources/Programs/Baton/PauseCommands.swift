import ArgumentParser
import Foundation
import Handoffs
import Operations
import OperatorConsole
import Workers

struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Pauses a queue or a target; what is under way is finished.",
        discussion: "Workers obey within seconds. Nothing is lost: deals wait, in order, until 'baton resume'.")

    @OptionGroup var subject: PauseSubject

    @Option(help: "Why, for whoever meets it.")
    var reason: String

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
        let (kind, name, reason) = (subject.kind, subject.name, reason)
        say(
            try await refusable {
                try await database.with { try await Pauses(database: $0).pause(kind, name, why: reason) }
            })
    }
}

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Resumes a queue or a target; what waited for it is due at once.")

    @OptionGroup var subject: PauseSubject

    @Option(help: "Why.")
    var reason: String?

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
        let (kind, name, reason) = (subject.kind, subject.name, reason)
        say(try await database.with { try await Pauses(database: $0).resume(kind, name, why: reason) })
    }
}

struct PausesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pauses", abstract: "Lists what is paused, by whom, since when and why.")

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
        let pauses = try await database.with { try await Pauses(database: $0).all() }
        if json { return try printJSON(pauses) }
        guard !pauses.isEmpty else { return note("nothing is paused") }
        let rows = pauses.map { [$0.kind.rawValue, $0.name, $0.actor, $0.at.formatted(.iso8601), $0.why] }
        say(table([["KIND", "NAME", "BY", "SINCE", "BECAUSE"]] + rows))
    }
}

/// A queue or a target, by name.
struct PauseSubject: ParsableArguments {
    @Argument(help: "queue or target.")
    var kind: Pauses.Kind

    @Argument(help: "Its name, such as billing-schedules or ERP.")
    var name: String

    func validate() throws {
        let known: [String] =
            switch kind {
            case .queue: Queue.all.map(\.name)
            case .target: DealHandoff.targetNames
            }
        guard known.contains(name) else {
            throw ValidationError("there is no \(kind.rawValue) \(name); there are \(known.joined(separator: ", "))")
        }
    }
}

extension Pauses.Kind: ExpressibleByArgument {}
