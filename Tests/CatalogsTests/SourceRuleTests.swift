import Catalogs
import Deals
import Foundation
import Testing

/// What a company says of its sources, and of parts of periods and names, with the careful choice where it says nothing.
@Suite struct SourceRuleTests {
    private let row = "owner: finance\n  validFrom: 2026-01-01\n"

    private func catalog(_ text: String?) throws -> Catalog {
        try Folders.with(nil) { folder in
            try text?.write(toFile: "\(folder)/source-rules.yml", atomically: true, encoding: .utf8)
            return try CatalogFolder(at: folder).catalog
        }
    }

    @Test("CASE-K6 a source's rule goes before the one for all, on its days, and without any the choice is careful")
    func policies() throws {
        let none = try catalog(nil)
        #expect(none.tables.sourceRules.isEmpty && !none.body.contains("sourceRules"))
        #expect(none.sourcePolicies(on: try day("2026-06-01")) == .standard)
        let some = try catalog(
            """
            - source: hubspot
              recurringAmounts: per_period
              \(row)
            - source: "*"
              documents: any
              \(row)
            """)
        #expect(some.version != none.version)
        let policies = some.sourcePolicies(on: try day("2026-06-01"))
        #expect(policies["hubspot"] == SourcePolicy(recurringAmounts: .perPeriod, documents: .named))
        #expect(policies["salesforce"] == SourcePolicy(recurringAmounts: .refused, documents: .any))
        #expect(some.sourcePolicies(on: try day("2025-12-31"))["hubspot"] == .standard)
        #expect(try Catalog(body: some.body) == some)
        let difference = try CatalogDifference(from: none.tables, to: some.tables)
        #expect(difference.rows.map(\.row) == ["*@2026-01-01", "hubspot@2026-01-01"])
        #expect(difference.rows.allSatisfy { $0.table == .sourceRules })
    }

    @Test("CASE-K6 a word that nobody knows is reported with its line, and so is a part period's and a name's")
    func faults() throws {
        for (text, sentence) in [
            ("- source: hubspot\n  recurringAmounts: monthly\n  \(row)", "`recurringAmounts` is \"monthly\""),
            ("- source: hubspot\n  documents: some\n  \(row)", "`documents` is \"some\""),
            ("- source: hubspot\n  \(row)- source: hubspot\n  \(row)", "is said twice"),
        ] {
            do {
                _ = try catalog(text)
                Issue.record("taken: \(text)")
            } catch let faults as CatalogFaults {
                #expect("\(faults)".contains(sentence) && "\(faults)".contains("source-rules.yml"), "\(faults)")
            }
        }
    }

    @Test("CASE-K9 a catalog that was published before there were these members keeps its version")
    func versions() throws {
        let body = try Folders.with(nil) { try CatalogFolder(at: $0).catalog.body }
        for name in ["partPeriods", "nameDecides", "sourceRules"] { #expect(!body.contains(name)) }
    }
}
