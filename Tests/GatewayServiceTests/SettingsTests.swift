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
            await #expect(throws: NotReady(problems: ["\(NoExchange())"])) {
                try await Gateway(settings: settings, sources: [:]).check()
            }
        }
    }

    @Test(
        "a catalog that cannot be read is reported by the check together with what the broker lacks; none is fine",
        .timeLimit(.minutes(1)))
    func unreadableCatalog() async throws {
        try await TestSchema.with { schema in
            try await TestBroker.with { broker in
                var environment = [
                    "BATON_AMQP_URL": broker.url, "BATON_GATEWAY_SOURCES": "not read",
                    "BATON_POSTGRESQL_URL": try TestServers.postgresql, "BATON_POSTGRESQL_SCHEMA": schema.name,
                ]
                try await Self.check(environment)
                let stranger = try TestServers.postgresql.replacing("//postgres@", with: "//\(uniqueName("nobody"))@")
                for (name, value, words) in [
                    ("BATON_POSTGRESQL_SCHEMA", "nowhere", "catalogs"),
                    ("BATON_POSTGRESQL_URL", stranger, "role \"nobody_"),
                ] {
                    let wrong = environment.merging([name: value]) { $1 }
                    let error = await #expect(throws: NotReady.self) { try await Self.check(wrong) }
                    let problem = error?.problems.first ?? ""
                    #expect(error?.problems.count == 1)
                    #expect(problem.contains("catalog cannot be read") && problem.contains(words), "\(problem)")
                }
                try await broker.deleteExchange("deals")
                environment["BATON_POSTGRESQL_SCHEMA"] = "nowhere"
                let neither = environment
                let error = await #expect(throws: NotReady.self) { try await Self.check(neither) }
                #expect(error?.problems.count == 2 && error?.problems.first == "\(NoExchange())")
            }
        }
    }

    private static func check(_ environment: [String: String]) async throws {
        try await Gateway(settings: GatewaySettings(environment: environment), sources: [:]).check()
    }

    @Test(
        "organisations are taken only where they are checked, and a place for a secret only where one is shown",
        arguments: SourceKind.allCases)
    func idleKeys(kind: SourceKind) {
        let checked: Set<SourceKind> = [.salesforceOutbound, .dynamics, .hubspot, .docusign]
        let signs: Set<SourceKind> = [.hubspot, .docusign]
        let organisations = "organisations: [00D5f000000abcD]"
        func problems(_ keys: String...) -> [String] {
            let needed = kind == .salesforceOutbound && !keys.contains(organisations) ? [organisations] : []
            let api = "public_url: 'https://g.example.com', api: 'https://a.example.com', api_token: key"
            let text =
                "sources: { one: { kind: \(kind.rawValue), secrets: [key], "
                + ([api] + needed + keys).joined(separator: ", ") + " } }"
            do {
                _ = try SourcesFile.read("sources.yml", secretsIn: "/secrets") { name in
                    SettingsFile(bytes: Array((name == "sources.yml" ? text : Signed.secret).utf8))
                }
                return []
            } catch {
                return error.list.map(\.wrong)
            }
        }
        #expect(problems() == [])
        let unchecked = "sources.yml: one has `organisations`, which nothing checks for \(kind.rawValue)"
        #expect(problems(organisations) == (checked.contains(kind) ? [] : [unchecked]))
        for key in ["header", "parameter"] {
            let unread = "sources.yml: one has `\(key)`, which nothing reads for \(kind.rawValue): it signs"
            #expect(problems("\(key): x") == (signs.contains(kind) ? [unread] : []))
        }
    }

    @Test("the look-ups of a check leave enough of a second for the catalog")
    func checkTime() throws {
        let environment = [
            "BATON_AMQP_URL": "amqp://localhost", "BATON_GATEWAY_SOURCES": "x", "BATON_GATEWAY_CHECK_TIME": "800ms",
        ]
        #expect(try GatewaySettings(environment: environment).checkTime == .milliseconds(800))
        let over = environment.merging(["BATON_GATEWAY_CHECK_TIME": "801ms"]) { $1 }
        let problems = #expect(throws: SettingsProblems.self) { try GatewaySettings(environment: over) }
        #expect(problems?.list.map(\.name) == ["BATON_GATEWAY_CHECK_TIME"])
    }

    @Test("SEC-F14 plain HTTP on another address than loopback is served with a warning")
    func openDoors() throws {
        func warnings(_ host: String) throws -> Int {
            let environment = [
                "BATON_AMQP_URL": "amqp://localhost", "BATON_GATEWAY_SOURCES": "x", "BATON_GATEWAY_HOST": host,
            ]
            return try GatewaySettings(environment: environment).warnings.count
        }
        for host in ["127.0.0.1", "127.0.0.9", "localhost", "::1"] { #expect(try warnings(host) == 0, "\(host)") }
        for host in ["0.0.0.0", "::", "10.0.0.1", "gateway"] { #expect(try warnings(host) == 1, "\(host)") }
    }

    @Test("SEC-F11 the proxies are addresses, and nothing else")
    func proxies() throws {
        func proxies(_ text: String) throws -> Set<String> {
            try GatewaySettings(environment: [
                "BATON_AMQP_URL": "amqp://localhost", "BATON_GATEWAY_SOURCES": "x", "BATON_GATEWAY_PROXIES": text,
            ]).proxies
        }
        #expect(try proxies("10.0.0.1, 2001:db8::1") == ["10.0.0.1", "2001:db8::1"])
        #expect(throws: SettingsProblems.self) { try proxies("proxy.example.com") }
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
            for name in setting.variables { #expect(GatewaySettings.documentation.helpText.contains(name)) }
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
