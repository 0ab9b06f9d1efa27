import ArgumentParser
import Foundation
import Operations
import OperatorConsole
import Topology

struct TopologyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topology", abstract: "Exchanges, queues and bindings, as the Queues folder describes them.",
        subcommands: [PlanTopology.self, ApplyTopology.self, ExportTopology.self])
}

/// What is described, and where the broker is.
struct TopologyOptions: ParsableArguments {
    @Option(help: "Folder that describes the topology.")
    var queues = "Queues"

    @Option(
        help: """
            Management API, http://user@host:port; BATON_AMQP_API, which may have a password, if not given. A password \
            in the file BATON_AMQP_PASSWORD_FILE goes before one in the address.
            """)
    var api: String?

    @Option(help: "File with the authorities that may sign the API's certificate; BATON_AMQP_CA_FILE if not given.")
    var apiCaFile: String?

    @Flag(help: "Send the password unencrypted to a host that is not this machine.")
    var allowPlainHttp = false

    @Option(help: "Virtual host.")
    var virtualHost = "/"

    @Flag(help: "Print JSON.")
    var json = false

    var description: TopologyDescription { get throws { try TopologyDescription(folder: queues) } }

    func with<Value: Sendable>(_ body: @Sendable (BrokerAdministration) async throws -> Value) async throws -> Value {
        try refusePassword(
            in: api, of: "--api", instead: "set BATON_AMQP_API, or name a file in BATON_AMQP_PASSWORD_FILE")
        guard let url = api ?? environment("BATON_AMQP_API") else {
            throw ValidationError("no broker: give --api or set BATON_AMQP_API")
        }
        let address = try ManagementAddress(try withPasswordFromFile(url), allowingPlainHTTP: allowPlainHttp)
        return try await BrokerAdministration.with(
            address, authorityFile: apiCaFile ?? environment("BATON_AMQP_CA_FILE"), virtualHost: virtualHost
        ) { try await body($0) }
    }

    private func withPasswordFromFile(_ url: String) throws -> String {
        guard let file = environment("BATON_AMQP_PASSWORD_FILE") else { return url }
        guard var components = URLComponents(string: url) else { throw ValidationError("the API's address is no URL") }
        let password = try String(contentsOfFile: file, encoding: .utf8)
        components.password = password.hasSuffix("\n") ? String(password.dropLast()) : password
        return components.string ?? url
    }
}

struct PlanTopology: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Shows what would be made; changes nothing. Exit code 2 when something would.")

    @OptionGroup var options: TopologyOptions

    func run() async throws {
        let description = try options.description
        let plan = try await options.with { try await $0.plan(description) }
        say(options.json ? try plan.json() : plan.table)
        if !plan.isSettled { throw ExitCode(2) }
    }
}

struct ApplyTopology: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Makes what is missing. Nothing is deleted but, where it is asked for, empty dead-letter queues.",
        discussion: """
            Where a queue had to be made, everything whose tickets were in it falls due at once, so that workers go on \
            from the database alone.
            """)

    @OptionGroup var options: TopologyOptions
    @OptionGroup var database: DatabaseOptions

    @Option(help: "Folder with one password file per broker user; makes these users.")
    var usersDir: String?

    @Option(
        help: """
            A publishing user, bound to the source of its name, or NAME=SOURCE,SOURCE for a gateway that publishes for \
            several; may be repeated.
            """)
    var publisher: [String] = []

    @Flag(
        help: """
            Make dead-letter queues of an earlier day anew, if they are empty: their limit of returns cannot be changed in \
            place. Stop the workers first.
            """)
    var replaceDeadLetters = false

    func run() async throws {
        let description = try options.description
        let replace = replaceDeadLetters
        let accounts =
            try usersDir.map { try AccountPasswords(for: description, publishers: publisher, in: $0) } ?? .none
        let (plan, changes) = try await options.with { administration in
            let plan = try await administration.plan(description, accounts: accounts)
            if replace {
                for name in try await administration.clearReplaceable(description) { note("\(name) is made anew") }
            }
            return (plan, try await administration.apply(description, accounts: accounts))
        }
        if !options.json { say(plan.table) }
        say(options.json ? try changes.json() : changes.table)
        let created = changes.createdQueues
        // Queues that were there held what they held: without new ones nothing of the database's is asked or changed.
        guard !created.isEmpty else { return }
        guard database.isGiven else {
            note(
                """
                \(created.count) queues were made, and no database is named (--database, BATON_POSTGRESQL_URL): if they had \
                been lost, what was in them comes back when it is due by itself, within the workers' BATON_TICKET_LEASE
                """)
            return
        }
        let woken = try await database.with { try await Recovery(database: $0).wake(queues: created) }
        if woken > 0 { note("\(woken) rows whose messages were lost are due now") }
    }
}

struct ExportTopology: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Prints RabbitMQ definitions, for a broker that loads them when it boots.")

    @OptionGroup var options: TopologyOptions

    func run() async throws {
        say(try options.description.definitions(virtualHost: options.virtualHost))
    }
}
