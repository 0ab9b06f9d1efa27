import Foundation
import Testing

@Suite struct RemovalTests {
    @Test("what was taken away is not read any more, and not there to be taken away again", .timeLimit(.minutes(1)))
    func removals() async throws {
        try await withSandbox(billingDelay: .zero) { sandbox in
            let project = try await sandbox.project()
            let schedule = try #require(
                try await sandbox.send(
                    "POST", "/erp/billing-schedules", Samples.schedule(project: project), key: "b")["operation"])
            let tasks = try #require(
                try await sandbox.send("POST", "/psa/projects/P/tasks", Samples.tasks, key: "t")["id"])
            _ = try await sandbox.send("POST", "/psa/projects/P/activation", key: "a")

            let removals = [
                ("deactivate_project", "/psa/projects/P/activation", "ACT-000001"),
                ("cancel_billing_schedule", "/erp/billing-schedules/\(schedule.lowercased())", schedule),
                ("delete_tasks", "/psa/projects/P/tasks/\(tasks)", tasks),
                ("delete_project", "/erp/projects/\(project)", project),
            ]
            for (verb, path, id) in removals {
                #expect(try await sandbox.get(path).status == 200)
                #expect(try await sandbox.send("DELETE", path).errorCode == "missing_key")
                let reply = try await sandbox.send("DELETE", path, key: "k")
                #expect(reply.status == 200 && reply["id"] == id && reply["correlationId"] == "corr-1", "\(verb)")
                #expect(try await sandbox.get(path).status == 404)
                let again = try await sandbox.send("DELETE", path, key: "k")
                #expect(again.status == 404 && again.errorCode == "not_found")
                #expect(try await sandbox.effects(verb, key: "k") == 1)
            }
            for path in ["/erp/projects?externalReference=proj", "/erp/billing-schedules?externalReference=b"] {
                #expect(try await sandbox.get(path).items.isEmpty)
            }
            #expect(try await sandbox.get("/psa/projects/P/tasks?key=t").items.isEmpty)
        }
    }

    @Test("a wrong order is refused and has no effect", .timeLimit(.minutes(1)))
    func order() async throws {
        try await withSandbox(billingDelay: .seconds(30)) { sandbox in
            let project = try await sandbox.project()
            let schedule = try #require(
                try await sandbox.send(
                    "POST", "/erp/billing-schedules", Samples.schedule(project: project), key: "b")["operation"])
            _ = try await sandbox.send("POST", "/psa/projects/P/tasks", Samples.tasks, key: "t")
            _ = try await sandbox.send("POST", "/psa/projects/P/activation", key: "a")
            let early = [
                ("/erp/projects/\(project)", "has_schedules"),
                ("/erp/billing-schedules/\(schedule)", "still_processing"),
                ("/psa/projects/P/tasks/tsk-000001", "is_active"),
            ]
            for (path, code) in early {
                let reply = try await sandbox.send("DELETE", path, key: "k")
                #expect(reply.status == 409 && reply.errorCode == code)
                #expect(try await sandbox.get(path).status == 200)
            }
            #expect(try await sandbox.get("/admin/effects?key=k").items.isEmpty)
        }
    }

    @Test("a cancelled schedule's key makes nothing again, what has no idempotency does", .timeLimit(.minutes(1)))
    func sameKeyAgain() async throws {
        try await withSandbox(billingDelay: .zero) { sandbox in
            let project = try await sandbox.project()
            let body = Samples.schedule(project: project)
            let path = "/erp/billing-schedules"
            let schedule = try #require(try await sandbox.send("POST", path, body, key: "b")["operation"])
            #expect(try await sandbox.send("DELETE", "\(path)/\(schedule)", key: "k").status == 200)
            let again = try await sandbox.send("POST", path, body, key: "b")
            #expect(again.status == 410 && again.errorCode == "cancelled")
            let other = Samples.schedule(project: project, amount: 7)
            #expect(try await sandbox.send("POST", path, other, key: "b").errorCode == "other_body")

            #expect(try await sandbox.send("DELETE", "/erp/projects/\(project)", key: "k").status == 200)
            let orphan = try await sandbox.send("POST", path, body, key: "b2")
            #expect(orphan.status == 422 && orphan.errorCode == "unknown_project")
            #expect(try await sandbox.project() == "PRJ-000002")

            let activation = "/psa/projects/P/activation"
            for id in ["ACT-000001", "ACT-000002"] {
                let reply = try await sandbox.send("POST", activation, key: "a")
                #expect(reply.status == 201 && reply["id"] == id)
                #expect(try await sandbox.send("DELETE", activation, key: "k").status == 200)
            }
        }
    }
}
