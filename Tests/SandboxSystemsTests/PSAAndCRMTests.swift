import Foundation
import Testing

@Suite struct PSAAndCRMTests {
    @Test("task lists answer ids in capitals, read them in small letters, and append when posted twice")
    func tasks() async throws {
        try await withSandbox { sandbox in
            let path = "/psa/projects/PRJ%2F1/tasks"
            let first = try await sandbox.send("POST", path, Samples.tasks, key: "t1")
            #expect(first.status == 201 && first["id"] == "TSK-000001" && first["project"] == "PRJ/1")
            #expect(try await sandbox.send("POST", path, Samples.tasks, key: "t1")["id"] == "TSK-000002")
            #expect(try await sandbox.send("POST", path, Samples.tasks, key: "t2")["id"] == "TSK-000003")
            let all = try await sandbox.get(path).items
            #expect(all.compactMap { $0["id"] as? String } == ["tsk-000001", "tsk-000002", "tsk-000003"])
            let tasks = all.first?["tasks"] as? [[String: String]]
            #expect(tasks?.map { $0["id"] } == ["tsk-000001-1", "tsk-000001-2"])
            #expect(try await sandbox.get(path + "?key=t1").items.count == 2)
            #expect(try await sandbox.effects("create_tasks", key: "t1") == 2)
            #expect(try await sandbox.send("POST", path, #"{"tasks":[]}"#, key: "t3").errorCode == "no_tasks")
        }
    }

    @Test("a project is activated once, however often it is asked")
    func activation() async throws {
        try await withSandbox { sandbox in
            let path = "/psa/projects/P1/activation"
            #expect(try await sandbox.get(path).status == 404)
            let first = try await sandbox.send("POST", path, key: "a")
            let second = try await sandbox.send("POST", path, "{}", key: "other")
            #expect(first.status == 201 && first["id"] == "ACT-000001")
            #expect(second.status == 200 && second.isReplay)
            #expect(try await sandbox.get(path)["id"] == "act-000001")
            #expect(try await sandbox.get("/admin/effects?system=psa").items.count == 1)
        }
    }

    @Test("a handoff's status never goes back to an older version, and its history keeps every state")
    func handoff() async throws {
        try await withSandbox { sandbox in
            let path = "/crm/opportunities/006%2FA/handoff"
            func write(_ state: String, _ version: Int) async throws -> Reply {
                try await sandbox.send("PUT", path, Samples.handoff(state: state, version: version), key: "h\(version)")
            }
            #expect(try await sandbox.get(path).status == 404)
            #expect(try await write("waiting", 1).status == 200)
            #expect(try await write("finished", 3).status == 200)
            #expect(try await write("finished", 3).isReplay)
            let older = try await write("waiting", 2)
            #expect(older.status == 409 && older.errorCode == "older_version")
            #expect(try await sandbox.get(path)["state"] == "finished")
            let history = try await sandbox.get(path + "/history").items.compactMap { $0["state"] as? String }
            #expect(history == ["waiting", "finished"])
            #expect(try await sandbox.effects("write_handoff", key: "h3") == 1)
        }
    }

    @Test("V2 two contracts of one opportunity each have their status, and versions of their own")
    func contracts() async throws {
        try await withSandbox { sandbox in
            let path = "/crm/opportunities/O/handoff"
            func write(_ state: String, _ version: Int, of contract: String) async throws -> Reply {
                try await sandbox.send(
                    "PUT", path, Samples.handoff(state: state, version: version, of: contract),
                    key: "\(contract) \(version)")
            }
            #expect(try await write("staffing ready", 7, of: "CT-2").status == 200)
            #expect(try await sandbox.get(path).object["contracts"] == nil)
            #expect(try await write("cancelled", 2, of: "CT-1").status == 200, "an older version, of another contract")
            #expect(try await write("waiting", 1, of: "CT-1").status == 409)
            #expect(try await sandbox.get(path + "?contract=CT-1")["state"] == "cancelled")
            #expect(try await sandbox.get(path + "?contract=CT-2")["state"] == "staffing ready")
            #expect(try await sandbox.get(path + "?contract=CT-3").status == 404)
            let shown = try await sandbox.get(path)
            #expect(shown["state"] == "cancelled", "the newest")
            let each = (shown.object["contracts"] as? [[String: Any]])?.compactMap { $0["state"] as? String }
            #expect(each == ["cancelled", "staffing ready"])
        }
    }
}
