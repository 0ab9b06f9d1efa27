import Foundation
import PostgreSQL
import Support
import Testing
import Workers

@testable import Topology

@Suite struct IncidentsFileTests {
    /// A file that is right, with one entry for each class.
    static let right =
        "classes:\n"
        + IncidentClass.allCases.map { incidentClass in
            """
              \(incidentClass.rawValue):
                owner: \(incidentClass.owner.rawValue)
                what: What \(incidentClass.rawValue) is.
                who: Somebody.
                where: In the ERP.
                next: Press it.
                retry: after_fix

            """
        }.joined()

    @Test("the file is read into one entry for each class")
    func read() async throws {
        try await withFolder { folder in
            try write(Self.right, to: folder + "/incidents.yml")
            let classes = try IncidentsFile(at: folder).classes
            #expect(classes.map(\.incidentClass) == IncidentClass.allCases)
            let conflict = try #require(classes.first { $0.incidentClass == .conflict })
            #expect(conflict.what == "What conflict is." && conflict.who == "Somebody.")
            #expect(conflict.whereToFix == "In the ERP." && conflict.next == "Press it." && conflict.retry == .afterFix)
        }
    }

    /// One replacement in the first entry, which begins on line 2, and what is said about it.
    static let mistakes: [(text: String, by: String, sentence: String)] = [
        (
            "owner: integration", "owner: finance",
            "3: `owner` is finance; incidents of this class belong to integration"
        ),
        ("owner: integration", "owner: nobody", "3: `owner` is nobody; incidents of this class belong to integration"),
        ("    owner: integration\n", "", "3: `empty` lacks `owner`"),
        ("    what: What empty is.\n", "", "3: `empty` lacks `what`"),
        ("    who: Somebody.\n", "", "3: `empty` lacks `who`"),
        ("    where: In the ERP.\n", "", "3: `empty` lacks `where`"),
        ("    next: Press it.\n", "", "3: `empty` lacks `next`"),
        ("    retry: after_fix\n", "", "3: `empty` lacks `retry`"),
        ("what: What empty is.", "what: ''", "4: `what` has to be a text"),
        (
            "retry: after_fix", "retry: always",
            "8: `retry` is always; it has to be one of never, after_fix, automatic"
        ),
        (
            "who: Somebody.", "wo: Somebody.",
            "5: `empty` has no key `wo`; it may have owner, what, who, where, next, retry"
        ),
    ]

    @Test("each mistake in incidents.yml is said in a sentence with its line", arguments: mistakes.indices)
    func mistake(index: Int) async throws {
        let (text, by, sentence) = Self.mistakes[index]
        try await withFolder { folder in
            let place = try #require(Self.right.range(of: text))
            try write(Self.right.replacingCharacters(in: place, with: by), to: folder + "/incidents.yml")
            let error = #expect(throws: DescriptionProblems.self) { try IncidentsFile(at: folder) }
            #expect(error?.problems.map(\.description).contains("\(folder)/incidents.yml:\(sentence)") == true)
        }
    }

    @Test("a class that the code has and the file has not is missing, and the other way round unknown")
    func bothDirections() async throws {
        try await withFolder { folder in
            let renamed = Self.right.replacingOccurrences(of: "\n  conflict:\n", with: "\n  quarrel:\n")
            try write(renamed, to: folder + "/incidents.yml")
            let error = #expect(throws: DescriptionProblems.self) { try IncidentsFile(at: folder) }
            let sentences = error?.problems.map(\.sentence) ?? []
            #expect(sentences.count == 2)
            #expect(sentences.contains("there is no entry for the class conflict"))
            #expect(sentences.contains { $0.hasPrefix("`classes` has no key `quarrel`") })
        }
    }

    @Test("a file that is not there is said to be missing")
    func noFile() {
        let error = #expect(throws: DescriptionProblems.self) { try IncidentsFile(at: "/nonexistent") }
        #expect(error?.description == "/nonexistent/incidents.yml: the file is missing or unreadable")
    }

    @Test("I2 baton migrate loads what the file says, and changes nothing where it is wrong", .timeLimit(.minutes(1)))
    func migrate() async throws {
        try await TestSchema.with { schema in
            try await withFolder { folder in
                func migrate() async throws -> (status: Int32, log: String) {
                    let baton = try ChildProcess(
                        "baton", arguments: ["migrate", "--queues", folder],
                        environment: [
                            "BATON_POSTGRESQL_URL": try TestServers.postgresql, "BATON_POSTGRESQL_SCHEMA": schema.name,
                        ], logFile: folder + "/log")
                    return (await baton.waitForExit(), baton.log)
                }
                func loaded() async throws -> [[String]] {
                    let rows = try await schema.database.query(
                        "SELECT class, owner, what, who, fix_where, next, retry FROM incident_classes ORDER BY class")
                    return try rows.map { row in try (0..<7).map { try row.value($0, as: String.self) } }
                }
                try write(Self.right, to: folder + "/incidents.yml")
                #expect(try await migrate().status == 0)
                let first = try await loaded()
                #expect(first.map { $0[0] } == IncidentClass.allCases.map(\.rawValue).sorted())
                #expect(
                    first.contains([
                        "conflict", "sales_operations", "What conflict is.", "Somebody.", "In the ERP.", "Press it.",
                        "after_fix",
                    ]))

                try write("classes: {}", to: folder + "/incidents.yml")
                let refused = try await migrate()
                #expect(refused.status == 1 && refused.log.contains("there is no entry for the class empty"))
                #expect(try await loaded() == first)

                let other = Self.right.replacingOccurrences(of: "Somebody.", with: "Somebody else.")
                try write(other, to: folder + "/incidents.yml")
                #expect(try await migrate().status == 0)
                #expect(try await Set(loaded().map { $0[3] }) == ["Somebody else."])
                try FileManager.default.removeItem(atPath: folder + "/incidents.yml")
                let missing = try await migrate()
                #expect(missing.status == 1 && missing.log.contains("incidents.yml: the file is missing or unreadable"))
            }
        }
    }
}
