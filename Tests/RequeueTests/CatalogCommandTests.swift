import Foundation
import Testing

@Suite struct CatalogCommandTests {
    private static let shipped = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Catalog")
    private static let editor = "baton_catalog_editor"
    private static let approver = "baton_catalog_approver"

    @Test(
        "K6 a catalog is checked, proposed by one, approved by another and never by the first, and shown",
        .timeLimit(.minutes(2)))
    func wholeWay() async throws {
        try await SupportDesk.with { desk in
            let folder = Self.shipped.path()
            let dry = try await desk.baton(
                "catalog", "publish", folder, "--note", "first", "--dry-run", as: Self.editor)
            #expect(dry.status == 0 && dry.output.contains("services IMPL-CORE@2026-01-01 is new"))
            #expect(try await desk.value("SELECT count(*) FROM catalogs") == "0")
            let denied = try await desk.baton("catalog", "publish", folder, "--note", "first")
            #expect(denied.status == 1 && denied.words.contains("baton_catalog"))

            let published = try await desk.baton("catalog", "publish", folder, "--note", "first", as: Self.editor)
            #expect(published.status == 0, "\(published.words)")
            let version = try #require(try await desk.value("SELECT version FROM catalogs"))
            let own = try await desk.baton("catalog", "approve", version, as: Self.editor)
            #expect(own.status == 4 && own.words.contains("may not approve it"), "\(own)")
            let approved = try await desk.baton("catalog", "approve", String(version.prefix(6)), as: Self.approver)
            #expect(approved.output == "catalog \(version) is in force\n", "\(approved)")
            let again = try await desk.baton("catalog", "publish", folder, "--note", "again", as: Self.approver)
            #expect(again.status == 4 && again.words.contains("is in force"))

            let changed = try changedCopy()
            defer { try? FileManager.default.removeItem(atPath: changed) }
            let diff = try await desk.baton("catalog", "diff", changed)
            #expect(diff.status == 2)
            #expect(
                diff.output == """
                    billing-terms NET30@2026-01-01 changes
                        days: 30 -> 31

                    """)
            let shown = try await desk.baton("catalog", "show", version, "--table", "billing-terms", "--json")
            let found = try shown.decoded(as: Found.self)
            #expect(found.versions.map(\.state) == ["active"])
            #expect(found.versions.map(\.approvedBy) == [Self.approver])
            #expect(found.changes.allSatisfy { $0.actor == Self.editor } && found.changes.count == 7)
        }
    }

    @Test(
        "B13 finance changes a tax rule as the catalog's README says, and its history tells who did",
        .timeLimit(.minutes(2)))
    func taxRule() async throws {
        let readme = try String(contentsOf: Self.shipped.appending(path: "README.md"), encoding: .utf8)
        let rules = readme.matches(of: /```yaml\n((?:.+\n|\n)*?)```/).map { String($0.output.1) }
        let difference = try #require(readme.firstMatch(of: /```text\n((?:.+\n)*?)```/)).output.1
        try #require(rules.count == 2)
        try await SupportDesk.with { desk in
            let first = try await desk.baton(
                "catalog", "publish", Self.shipped.path(), "--note", "first", as: Self.editor)
            #expect(first.status == 0, "\(first.words)")
            let before = try #require(try await desk.value("SELECT version FROM catalogs"))
            #expect(try await desk.baton("catalog", "approve", before, as: Self.approver).status == 0)

            let changed = try changedCopy(file: "tax-rules.yml", from: rules[0], to: rules[1])
            defer { try? FileManager.default.removeItem(atPath: changed) }
            #expect(try await desk.baton("catalog", "check", changed).status == 0)
            #expect(try await desk.baton("catalog", "diff", changed, as: Self.editor).output == difference)
            let published = try await desk.baton("catalog", "publish", changed, "--note", "20 %", as: Self.editor)
            #expect(published.status == 0, "\(published.words)")
            let after = try #require(try await desk.value("SELECT version FROM catalogs WHERE state = 'proposed'"))
            #expect(try await desk.baton("catalog", "approve", after, as: Self.approver).status == 0)

            let shown = try await desk.baton(
                "catalog", "show", "--table", "tax-rules", "--row", "DE01/DE//consulting@2027-01-01")
            #expect(shown.output.contains(" \(Self.editor) \(after) tax-rules DE01/DE//consulting@2027-01-01"))
            let whole = try await desk.baton("catalog", "show", after, "--json").decoded(as: Found.self)
            #expect(whole.versions.map(\.approvedBy) == [Self.approver])
            #expect(whole.changes.count == 2)
        }
    }

    @Test("deals are not judged by a catalog in force that is read as another than was approved")
    func otherSoftware() async throws {
        try await SupportDesk.with { desk in
            let folder = Self.shipped.path()
            let published = try await desk.baton("catalog", "publish", folder, "--note", "first", as: Self.editor)
            #expect(published.status == 0, "\(published.words)")
            let version = try #require(try await desk.value("SELECT version FROM catalogs"))
            #expect(try await desk.baton("catalog", "approve", version, as: Self.approver).status == 0)
            let fine = try await desk.baton("whatif", "--catalog", folder)
            #expect(fine.status == 0, "\(fine.words)")
            // As if other software had found the same version in other data.
            try await desk.schema.database.script(
                """
                ALTER TABLE catalogs DISABLE TRIGGER ALL;
                ALTER TABLE catalogs DROP CONSTRAINT catalogs_check;
                UPDATE catalogs SET body = replace(body, '"days":30', '"days":31');
                """)
            let refused = try await desk.baton("whatif", "--catalog", folder)
            #expect(refused.status == 1, "\(refused.words)")
            #expect(refused.words.contains("catalog \(version) was written by another version of the software"))
        }
    }

    @Test("a file that is not there is said in words")
    func noFile() async throws {
        try await SupportDesk.with { desk in
            let plan = try await desk.baton("plan", "no-such-file.json", "--offline")
            #expect(plan.status == 64 && plan.words.contains("no-such-file.json is no file that can be read"))
        }
    }

    @Test("a step that no plan has is reported by check")
    func unknownStep() async throws {
        try await SupportDesk.with { desk in
            let changed = try changedCopy(file: "step-modes.yml", from: "step: create-tasks", to: "step: make-coffee")
            defer { try? FileManager.default.removeItem(atPath: changed) }
            let check = try await desk.baton("catalog", "check", changed)
            #expect(check.status == 1)
            #expect(check.words.contains("there is no step make-coffee; there are create-parent-customer"))
        }
    }

    @Test("a folder with problems is refused with all of them on stderr, and nothing is proposed")
    func problems() async throws {
        try await SupportDesk.with { desk in
            let folder = Self.shipped.deletingLastPathComponent().appending(path: "Tests/CatalogsTests/Planted/good")
            let changed = try changedCopy(of: folder, from: "days: 30", to: "days: many")
            defer { try? FileManager.default.removeItem(atPath: changed) }
            let check = try await desk.baton("catalog", "check", changed)
            #expect(check.status == 1 && check.output.isEmpty)
            #expect(check.words.contains("/billing-terms.yml:3: `days` is \"many\""))
            let json = try await desk.baton("catalog", "check", changed, "--json")
            #expect(try json.decoded(as: [Fault].self).map(\.line) == [3])
            let published = try await desk.baton("catalog", "publish", changed, "--note", "x", as: Self.editor)
            #expect(published.status == 1)
            #expect(try await desk.value("SELECT count(*) FROM catalogs") == "0")
        }
    }

    private func changedCopy(
        of folder: URL = shipped, file: String = "billing-terms.yml", from old: String = "days: 30\n",
        to new: String = "days: 31\n"
    ) throws -> String {
        let copy = FileManager.default.temporaryDirectory.appending(path: "catalog-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: folder, to: copy)
        let file = copy.appending(path: file)
        let text = try String(contentsOf: file, encoding: .utf8)
        let place = try #require(text.firstRange(of: old))
        try text.replacingCharacters(in: place, with: new).write(to: file, atomically: true, encoding: .utf8)
        return copy.path()
    }

    private struct Found: Decodable {
        let versions: [Version]
        let changes: [Change]
        struct Version: Decodable {
            let state: String
            let approvedBy: String?
        }
        struct Change: Decodable {
            let actor: String
        }
    }

    private struct Fault: Decodable {
        let line: Int
    }
}
