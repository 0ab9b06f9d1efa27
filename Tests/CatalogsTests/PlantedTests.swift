import Catalogs
import Foundation
import Testing

@Suite struct PlantedTests {
    static let kinds = [
        "cycle", "date-gap", "duplicate", "duplicate-key", "missing", "not-yaml", "overlap", "several-in-one-file",
        "tab", "truncated", "unknown-class", "unknown-key", "unknown-reference", "wrong-currency", "wrong-type",
    ]

    @Test("each planted mistake is reported with its file and line, and nothing else is", arguments: kinds)
    func planted(kind: String) throws {
        let expected = try Folders.text(of: Folders.planted.appending(path: "\(kind)/expected.txt"))
        let reported = try Folders.with(kind) { folder in
            #expect(throws: CatalogFaults.self) { try CatalogFolder(at: folder, steps: ["create-project"]) }
            do {
                _ = try CatalogFolder(at: folder, steps: ["create-project"])
                return ""
            } catch let faults as CatalogFaults {
                return faults.description.replacing("\(folder)/", with: "") + "\n"
            }
        }
        #expect(reported == expected)
    }

    @Test("the small catalog in which mistakes are planted has none, and every planted folder is tested")
    func good() throws {
        try Folders.with(nil) { _ = try CatalogFolder(at: $0, steps: ["create-project"]) }
        let folders = try FileManager.default.contentsOfDirectory(atPath: Folders.planted.path())
        #expect(folders.sorted() == (Self.kinds + ["good"]).sorted())
    }
}
