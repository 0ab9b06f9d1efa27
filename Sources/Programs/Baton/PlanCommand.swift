import ArgumentParser
import Catalogs
import Connectors
import Deals
import Foundation
import Handoffs
import Mappings
import Operations
import OperatorConsole
import Sagas
import Workers

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Says what a deal will do, before it does it; writes nothing.",
        discussion: """
            DEAL is a file with an event about a deal (v1, v2 or in its source's own words) or with its bare data. The ERP is \
            asked who is known and the tax engine how it is taxed, unless --offline; the database is asked for the catalog \
            in force and for the version that a later one builds upon. Exit code 4: the deal cannot be planned, and the \
            findings say why. Neither the stage nor what was done for the deal already is judged. An event with the member expectedplanhash is carried out by the plan of that hash or not at \
            all.
            """)

    @Argument(help: "The file.")
    var deal: String

    @Option(help: "A folder of reference data to plan by, in place of the catalog in force.")
    var catalog: String?

    @Option(help: "Where the systems are; BATON_TARGETS_URL if not given.")
    var targets: String?

    @Flag(help: "Ask nobody: the plan for a customer whom nobody knows.")
    var offline = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var options: DatabaseOptions

    func run() async throws {
        let document = try await plan()
        if json { try printJSON(document) } else { say(document.text) }
        if !document.findings.isEmpty { throw ExitCode(4) }
    }

    private func plan() async throws -> PlanDocument {
        guard let body = FileManager.default.contents(atPath: deal).map({ [UInt8]($0) }) else {
            throw ValidationError("\(deal) is no file that can be read")
        }
        let catalog = try await chosenCatalog(catalog, options)
        let deal: Deal
        do {
            deal = try DealDocument.deal(
                in: body, mappings: SourceMappings.all(), policies: .inForce(catalog, at: .now))
        } catch {
            for finding in error.findings { note("\(finding) (\(finding.owner.rawValue)): \(finding.cure)") }
            throw ExitCode(4)
        }
        let base = try await base(of: deal)
        let source = GivenCatalog(catalog)
        guard let systems = targets ?? environment("BATON_TARGETS_URL") ?? (offline ? "http://127.0.0.1" : nil) else {
            throw ValidationError("no systems to ask: give --targets, set BATON_TARGETS_URL, or plan --offline")
        }
        let connections = HTTPConnections()
        let result: Result<PlanDocument, any Error>
        do {
            let adapter = Adapter.sandbox
            let planning = Planning(
                catalogs: source, erp: adapter.erp(at: systems, over: connections),
                psa: adapter.psa(at: systems, over: connections), tax: adapter.tax(at: systems, over: connections))
            result = .success(try await planning.plan(deal, upon: base, isOffline: offline))
        } catch {
            result = .failure(error)
        }
        try await connections.shutdown()
        return try result.get()
    }
}

extension PlanCommand {
    /// What a later version of a contract builds upon, where the database is known; a change order needs it.
    private func base(of deal: Deal) async throws -> Base<HandoffPlan>? {
        guard deal.version > 1 else { return nil }
        let stored: StoredBase? =
            if options.isGiven {
                try await options.with { database in
                    try await StoredBases(database: database).base(
                        opportunity: deal.opportunity, contract: deal.contract, version: deal.version,
                        changing: deal.baseVersion)
                }
            } else { nil }
        if let version = deal.baseVersion, stored == nil {
            note("the change order builds upon version \(version), which has not ended in a project here")
            throw ExitCode(4)
        }
        return try stored.map { stored in
            let decoder = JSONDecoder()
            return Base(
                version: stored.version, plan: try decoder.decode(HandoffPlan.self, from: Data(stored.plan.utf8)),
                receipts: try stored.receipts.mapValues { try decoder.decode(Receipt.self, from: Data($0.utf8)) })
        }
    }
}

/// The catalog of a folder; without one the catalog in force, or none.
func chosenCatalog(_ folder: String?, _ options: DatabaseOptions) async throws -> Catalog? {
    if let folder { return try CatalogFolder(at: folder).catalog }
    return try await activeCatalog(options)
}
