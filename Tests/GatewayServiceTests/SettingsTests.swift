import Foundation
import Settings
import Support
import Testing

@testable import GatewayService

@Suite struct SettingsTests {
    @Test(
        "every problem of the settings and of the sources file is reported at once, with exit status 78",
        .timeLimit(.minutes(1)))
    func together() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: uniqueName("gateway")).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try "short\n".write(toFile: folder + "/short", atomically: true, encoding: .utf8)
        try "sesame open, and be quick\n".write(toFile: folder + "/good", atomically: true, encoding: .utf8)
        let yaml = """
            sources:
              Upper: { kind: docusign, secrets: [good] }
              nobody: { secrets: [good] }
              strange: { kind: docusign, secrets: [good], colour: red }
              short: { kind: docusign, secrets: [short] }
              absent: { kind: dynamics, secrets: [nowhere] }
              open: { kind: cpq }
              salesforce: { kind: salesforce-outbound, secrets: [good], organisations: [nonsense] }
              hubspot: { kind: hubspot, secrets: [good], api: "ftp://x" }
              fine: { kind: docusign, secrets: [good] }
            """
        try yaml.write(toFile: folder + "/sources.yml", atomically: true, encoding: .utf8)
        let gateway = try ChildProcess(
            "gateway", arguments: ["--check"],
            environment: [
                "BATON_AMQP_URL": "nonsense", "BATON_GATEWAY_SOURCES": folder + "/sources.yml",
                "BATON_GATEWAY_SECRETS": folder, "BATON_GATEWAY_TOKEN": "short", "BATON_GATEWAY_PORT": "many",
                "BATON_GATEWAY_HSOT": "typo",
            ], logFile: folder + "/log")
        #expect(await gateway.waitForExit() == 78)
        for part in [
            "BATON_AMQP_URL", "BATON_GATEWAY_TOKEN", "BATON_GATEWAY_PORT", "BATON_GATEWAY_HOST, if that was meant",
            "\"Upper\"", "nobody has no `kind`", "`colour`", "/short of short is too short", "/nowhere of absent",
            "open has no `secrets`", "no id of Salesforce", "`public_url` of hubspot is missing",
            "`api` of hubspot is no address", "hubspot has no `api_token`",
        ] {
            #expect(gateway.log.contains(part), "\(part) is missing in \(gateway.log)")
        }
        #expect(!gateway.log.contains("sesame") && !gateway.log.contains("fine"))
    }

    @Test("without the exchange the check says what to run", .timeLimit(.minutes(1)))
    func unprepared() async throws {
        try await TestBroker.with { broker in
            let environment = ["BATON_AMQP_URL": broker.url, "BATON_GATEWAY_SOURCES": "not read"]
            let settings = try GatewaySettings(environment: environment)
            try await Gateway(settings: settings, sources: [:]).check()
            try await broker.deleteExchange("deals")
            await #expect(throws: NoExchange.self) { try await Gateway(settings: settings, sources: [:]).check() }
        }
    }

    @Test("the broker's time must leave some of the request's")
    func contradiction() throws {
        let environment = [
            "BATON_AMQP_URL": "amqp://localhost", "BATON_GATEWAY_SOURCES": "x", "BATON_GATEWAY_REQUEST_TIME": "2s",
        ]
        let problems = #expect(throws: SettingsProblems.self) { try GatewaySettings(environment: environment) }
        #expect(problems?.list.map(\.name) == ["BATON_GATEWAY_CONFIRM_TIME"])
        let fine = environment.merging(["BATON_GATEWAY_CONFIRM_TIME": "1999ms"]) { $1 }
        #expect(try GatewaySettings(environment: fine).confirmTime == .milliseconds(1999))
    }

    @Test("help names each setting, and a worker's settings in the same shell are no mistake")
    func documented() throws {
        for setting in GatewaySettings.documentation {
            for name in setting.variables { #expect(GatewaySettings.helpText.contains(name)) }
        }
        let environment = [
            "BATON_AMQP_URL": "amqp://localhost", "BATON_GATEWAY_SOURCES": "x", "BATON_LEASE": "20s",
            "BATON_TARGETS_URL": "http://127.0.0.1:1/",
        ]
        #expect(try GatewaySettings(environment: environment).targetsURL == "http://127.0.0.1:1")
        let worker = [
            "BATON_AMQP_URL": "amqp://localhost", "BATON_POSTGRESQL_URL": "postgresql://localhost/x",
            "BATON_TARGETS_URL": "http://127.0.0.1:1", "BATON_GATEWAY_PORT": "0",
        ]
        #expect(throws: Never.self) { try WorkerSettings(environment: worker) }
    }
}
