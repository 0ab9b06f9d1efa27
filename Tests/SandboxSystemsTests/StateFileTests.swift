import Foundation
import SandboxSystems
import Testing

@Suite struct StateFileTests {
    private func lines(of file: URL) throws -> [String] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    @Test(
        "kill -9 under load loses no effect that was answered, and the file goes on without a gap",
        .timeLimit(.minutes(1)))
    func killUnderLoad() async throws {
        try await withFolder { folder in
            let state = folder.appending(path: "state.jsonl")
            let sandbox = try await SandboxProcess(state: state)
            let client = sandbox.client
            var answered: Set<String> = []
            await withTaskGroup(of: [String].self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        var keys: [String] = []
                        // Until the connection breaks: that is the kill.
                        while let reply = try? await client.send(
                            "POST", "/erp/customers", Samples.customer(), key: "\(writer)-\(keys.count)"),
                            reply.status == 201
                        {
                            keys.append("\(writer)-\(keys.count)")
                        }
                        return keys
                    }
                }
                while (try? await client.get("/admin/effects?verb=create_customer"))?.items.count ?? 0 < 100 {}
                sandbox.stop(SIGKILL)
                for await keys in group { answered.formUnion(keys) }
            }
            // A crash in the middle of a write.
            let handle = try FileHandle(forWritingTo: state)
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(#"{"asked":{"name":"#.utf8))
            try handle.close()

            let again = try await SandboxProcess(state: state)
            let items = try await again.client.get("/admin/effects").items
            #expect(answered.count >= 90)
            #expect(answered.isSubset(of: Set(items.compactMap { $0["key"] as? String })))
            #expect(items.allSatisfy { $0["count"] as? Int == 1 })
            #expect(try await again.client.send("POST", "/erp/customers", Samples.customer(), key: "new").status == 201)
            let log = try await again.client.get("/admin/log").body
            #expect(log == (try Data(contentsOf: state)))
            let (status, errors) = again.stop(SIGTERM)
            #expect(status == 0)
            #expect(errors.contains("cut off a torn last line of 17 bytes"))
            try await withSandbox(state: state) { _ in }
        }
    }

    @Test("a schedule that was accepted before kill -9 is active after the restart", .timeLimit(.minutes(1)))
    func acceptedSurvives() async throws {
        try await withFolder { folder in
            let state = folder.appending(path: "state.jsonl")
            let first = try await SandboxProcess(state: state, arguments: ["--billing-delay", "3000"])
            let body = Samples.schedule(project: try await first.client.project())
            #expect(try await first.client.send("POST", "/erp/billing-schedules", body, key: "b").status == 202)
            let path = "/erp/billing-schedules?externalReference=b"
            #expect(try await first.client.get(path).items.first?["status"] as? String == "processing")
            first.stop(SIGKILL)

            let second = try await SandboxProcess(state: state)
            defer { second.stop(SIGTERM) }
            var status: String?
            while status != "active" { status = try await second.client.get(path).items.first?["status"] as? String }
            #expect(try await second.client.effects("create_billing_schedule", key: "b") == 1)
        }
    }

    private static let removals = [
        ("/psa/projects/Q/activation", "r1"), ("/psa/projects/Q/tasks/tsk-000002", "r2"),
        ("/erp/billing-schedules/BIL-000002", "r3"), ("/erp/projects/PRJ-000002", "r4"),
    ]

    @Test(
        "all systems read the same after a restart, and every line says all that a checker counts by",
        .timeLimit(.minutes(1)))
    func restart() async throws {
        let reads = [
            "/erp/customers?key=cust", "/erp/customers?entity=DE01&name=Acme%20New",
            "/erp/projects?externalReference=proj",
            "/erp/billing-schedules?externalReference=b", "/psa/projects/P/tasks", "/psa/projects/P/activation",
            "/erp/projects?externalReference=gone", "/erp/billing-schedules?externalReference=gone",
            "/psa/projects/Q/tasks",
            "/crm/opportunities/O/handoff", "/crm/opportunities/O/handoff/history", "/admin/effects",
        ]
        try await withFolder { folder in
            let state = folder.appending(path: "state.jsonl")
            let before = Recorder()
            try await withSandbox(state: state, billingDelay: .zero) { sandbox in
                let project = try await sandbox.project()
                _ = try await sandbox.send(
                    "PUT", "/erp/customers/CUS-000001", Samples.customer(name: "Acme New"), key: "u")
                _ = try await sandbox.send(
                    "POST", "/erp/billing-schedules", Samples.schedule(project: project), key: "b")
                _ = try await sandbox.send("POST", "/psa/projects/P/tasks", Samples.tasks, key: "t")
                _ = try await sandbox.send("POST", "/psa/projects/P/activation", key: "a")
                _ = try await sandbox.send("PUT", "/crm/opportunities/O/handoff", Samples.handoff(), key: "h")
                let other = try await sandbox.project(key: "gone")
                _ = try await sandbox.send(
                    "POST", "/erp/billing-schedules", Samples.schedule(project: other), key: "gone")
                _ = try await sandbox.send("POST", "/psa/projects/Q/tasks", Samples.tasks, key: "gone")
                _ = try await sandbox.send("POST", "/psa/projects/Q/activation", key: "gone")
                for (path, key) in Self.removals { _ = try await sandbox.send("DELETE", path, key: key) }
                for read in reads { await before.add(try await sandbox.get(read)) }
            }
            try await withSandbox(state: state) { sandbox in
                for (read, old) in zip(reads, await before.replies) {
                    let new = try await sandbox.get(read)
                    #expect(new.status == 200 && new.body == old.body, "\(read)")
                }
                #expect(try await sandbox.customer(key: "second") == "CUS-000002")
                for (path, _) in Self.removals { #expect(try await sandbox.get(path).status == 404) }
                // What was taken away left its number behind.
                #expect(try await sandbox.project(key: "third") == "PRJ-000003")
            }
            let log = try lines(of: state)
            #expect(log.count == 17)
            for (index, line) in log.enumerated() {
                let effect = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                #expect(effect["seq"] as? Int == index + 1)
                for field in ["time", "system", "verb", "key", "correlationId", "id", "hash"] {
                    #expect((effect[field] as? String)?.isEmpty == false, "\(field) in \(line)")
                }
                #expect(effect["asked"] is [String: Any])
            }
        }
    }

    @Test("a corrupt line that is whole is an error that names file and line", .timeLimit(.minutes(1)))
    func corruptLines() async throws {
        try await withFolder { folder in
            let state = folder.appending(path: "state.jsonl")
            try await withSandbox(state: state) { sandbox in
                for key in ["1", "2", "3"] { _ = try await sandbox.customer(key: key) }
            }
            let whole = try lines(of: state)
            let planted = [
                (2, [whole[0], "{\"seq\":2}", whole[2]]), (2, [whole[0], whole[2]]),
                (3, whole.dropLast() + ["nonsense"]),
                (1, ["", whole[0]]), (2, [whole[0], whole[0]]),
            ]
            for (line, lines) in planted {
                try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: state)
                let (status, errors) = try SandboxProcess.failing(state: state)
                #expect(status != 0 && errors.contains("\(state.path):\(line): "), "\(errors)")
            }
        }
    }

    @Test("every cut of the last line is a torn line, and what came before it stays", .timeLimit(.minutes(1)))
    func everyCut() async throws {
        try await withFolder { folder in
            let state = folder.appending(path: "state.jsonl")
            try await withSandbox(state: state) { sandbox in
                for key in ["1", "2"] { _ = try await sandbox.customer(key: key) }
            }
            let bytes = try Data(contentsOf: state)
            let firstLine = try #require(bytes.firstIndex(of: 10)) + 1
            for cut in stride(from: firstLine + 1, to: bytes.count, by: 17) {
                try bytes.prefix(cut).write(to: state)
                var notes: [String] = []
                _ = try SandboxServer(SandboxSettings(stateFile: state.path)) { notes.append($0) }
                #expect(notes.count == 1)
                #expect(try Data(contentsOf: state) == bytes.prefix(firstLine))
            }
        }
    }

    @Test("a state file serves one sandbox at a time", .timeLimit(.minutes(1)))
    func oneSandbox() async throws {
        try await withFolder { folder in
            let state = folder.appending(path: "state.jsonl")
            try await withSandbox(state: state) { _ in
                let (status, errors) = try SandboxProcess.failing(state: state)
                #expect(status != 0 && errors.contains("another sandbox uses this state file"))
            }
        }
    }
}

private actor Recorder {
    private(set) var replies: [Reply] = []
    func add(_ reply: Reply) { replies.append(reply) }
}
