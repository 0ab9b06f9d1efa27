import Foundation
import Support
import Testing

/// What containers depend on: how the programs are called, how they get passwords, how they are made and watched.
@Suite struct DeploymentTests {
    private static let programs = [
        "baton", "requeue", "deal-events-worker", "project-provisioning-worker", "billing-schedules-worker",
        "status-feedback-worker", "dead-letter-collector", "gateway", "sandbox",
    ]

    private static func withFolder<Value: Sendable>(_ body: (URL) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: uniqueName("deployment"))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder)
    }

    @Test("one file is every program, by the name it is called by, and no other")
    func everyProgram() async throws {
        try await Self.withFolder { folder in
            let file = ChildProcess.productFolder.appending(path: "every-program")
            for name in Self.programs + ["nothing"] {
                let link = folder.appending(path: name)
                try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
                let linked = try await Printed.by(link.path, ["--help"], environment: [:])
                if name == "nothing" {
                    #expect(linked.status == 64 && linked.words.contains("nothing is the name of no program"))
                } else {
                    let own = try await Printed.by(name, ["--help"], environment: [:])
                    #expect(linked.status == 0 && !own.output.isEmpty)
                    #expect(linked.output == own.output)
                }
            }
        }
    }

    @Test("CTR-B3 the topology is applied without a database, and asks for none when every queue is there")
    func topologyWithoutDatabase() async throws {
        try await TestBroker.with { broker in
            @Sendable func apply(_ more: [String: String] = [:]) async throws -> Printed {
                try await Printed.by(
                    "baton",
                    [
                        "topology", "apply", "--queues", repositoryRoot + "/Queues", "--virtual-host",
                        broker.virtualHost,
                    ],
                    environment: ["BATON_AMQP_API": TestServers.amqpAPI].merging(more) { $1 })
            }
            try await broker.deleteQueue("status-feedback.dead")
            let made = try await apply()
            #expect(made.status == 0, "\(made)")
            #expect(made.words.contains("1 queues were made, and no database is named"), "\(made)")
            let again = try await apply()
            #expect(again.status == 0 && again.words.isEmpty, "\(again)")
            let unreachable = try await apply(["BATON_POSTGRESQL_URL": "postgresql://nobody@127.0.0.1:1/none"])
            #expect(unreachable.status == 0 && unreachable.words.isEmpty, "\(unreachable)")
        }
    }

    @Test("CTR-B4 a broker's address without a password takes that of the file")
    func passwordFile() async throws {
        try await SupportDesk.with { desk in
            try await Self.withFolder { folder in
                let file = folder.appending(path: "password")
                try Data("guest\n".utf8).write(to: file)
                let url = desk.broker.url.replacing("guest:guest@", with: "guest@")
                #expect(url != desk.broker.url)
                let without = try await desk.requeue("list", broker: url)
                #expect(without.words.contains("not looked at: broker URL cannot be read"), "\(without)")
                let with = try await desk.requeue(
                    "list", broker: url, more: ["BATON_AMQP_PASSWORD_FILE": file.path])
                #expect(!with.words.contains("not looked at"), "\(with)")
            }
        }
    }

    @Test("a program that does not answer is not well")
    func health() async throws {
        let silent = try await Printed.by("baton", ["health", "http://127.0.0.1:1/health/ready"], environment: [:])
        #expect(silent.status == 1 && silent.words.contains("does not answer"), "\(silent)")
        let api = try TestServers.amqpAPI.replacing("guest:guest@", with: "")
        let refused = try await Printed.by("baton", ["health", "\(api)/api/overview"], environment: [:])
        #expect(refused.status == 1 && refused.words.contains("answers 401"), "\(refused)")
        let any = try await Printed.by("baton", ["health", "--any-answer", "\(api)/api/overview"], environment: [:])
        #expect(any.status == 0 && any.words.isEmpty, "\(any)")
    }
}
