import ArgumentParser
import Catalogs
import Deals
import Handoffs
import Operations
import OperatorConsole
import Workers

struct WhatIfCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whatif", abstract: "Says what other reference data would have made of the latest deals.",
        discussion: """
            Each stored deal is planned by the catalog in force and by the one in the folder; nobody is asked and nothing \
            is changed. Reading needs membership in baton_reader.
            """)

    @Option(help: "The folder with the other reference data.")
    var catalog: String

    @Option(help: "How many deals, the latest first.")
    var last = 100

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var options: DatabaseOptions

    func validate() throws {
        guard (1...100_000).contains(last) else { throw ValidationError("--last must be between 1 and 100000") }
    }

    func run() async throws {
        let last = last
        let after = try CatalogFolder(at: catalog).catalog
        let before = try await activeCatalog(options)
        let stored = try await options.with { try await StoredDeals(database: $0).latest(last) }
        let deals = try stored.map { stored in
            do {
                return try Deal(canonicalBytes: Array(stored.body.utf8))
            } catch {
                throw ValidationError("the deal of handoff \(stored.handoff) cannot be read: \(error)")
            }
        }
        let report = WhatIf(deals: deals, before: before, after: after)
        if json { try printJSON(report) } else { say(report.text) }
    }
}

extension WhatIf {
    /// The report as a person reads it.
    var text: String {
        var lines = [
            "catalogs     \(before ?? "none") -> \(after)", "deals        \(deals)",
            "projects     \(projects.before) -> \(projects.after)",
            "schedule     \(self.lines.before) -> \(self.lines.after) lines",
        ]
        lines += money.map { money in
            let (old, new) = (money.minorUnits.before, money.minorUnits.after)
            return "money        \(money.legalEntity): \(amountText(old, money.currency)) -> "
                + amountText(new, money.currency) + (old == new ? "" : "  DIFFERENT")
        }
        lines += taxed.map { taxed in
            let (old, new) = (taxed.minorUnits.before, taxed.minorUnits.after)
            return "taxed        \(taxed.legalEntity) \(taxed.treatment): \(amountText(old, taxed.currency)) -> "
                + amountText(new, taxed.currency) + (old == new ? "" : "  DIFFERENT")
        }
        for change in changes {
            lines.append("deal         \(change.deal): \(change.what.joined(separator: ", "))")
            if change.legalEntity.before != change.legalEntity.after {
                lines.append("  entity     \(change.legalEntity.before ?? "-") -> \(change.legalEntity.after ?? "-")")
            }
            for code in Set(change.billed.before.keys).union(change.billed.after.keys).sorted()
            where change.billed.before[code] != change.billed.after[code] {
                lines.append(
                    "  billed     \(code): \(change.billed.before[code] ?? 0) -> \(change.billed.after[code] ?? 0), in "
                        + "minor units")
            }
            lines += change.newFindings.map { "  finding    \($0.incidentClass.rawValue): \($0)" }
        }
        if changes.isEmpty { lines.append("no deal would have been carried out differently") }
        return lines.joined(separator: "\n")
    }
}
