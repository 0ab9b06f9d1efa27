import Settings
import Testing

@Suite struct WorkerSettingsTests {
    @Test("three addresses suffice, and all else has its documented default")
    func defaults() throws {
        let settings = try settings()
        #expect(settings.amqpURLs.map(\.revealed) == ["amqps://baton:sesame-amqp@broker-1:5671/%2F"])
        #expect(settings.postgresqlURL.revealed == least["BATON_POSTGRESQL_URL"])
        #expect(settings.postgresqlPassword == nil)
        #expect(settings.postgresqlSchema == "baton")
        #expect(settings.targetsURL == "https://targets.example.com/api")
        #expect(settings.healthHost == "127.0.0.1" && settings.healthPort == 0)
        #expect(settings.logLevel == .info && settings.logFormat == .auto)
        #expect(settings.poolSize == 4 && settings.takeovers == 5)
        #expect(settings.prefetchBytes == 33_554_432)
        #expect(settings.prefetch == 0 && settings.breakerFailures == 5)
        #expect(settings.breakerWait == .seconds(5) && settings.longestBreakerWait == .seconds(60))
        #expect(settings.lease == .seconds(15) && settings.ticketLease == .seconds(20))
        #expect(settings.sweepInterval == .seconds(1) && settings.maximalAge == .seconds(72 * 3600))
        #expect(settings.signaturePatience == .seconds(3600))
        #expect(settings.drainTime == .seconds(15) && settings.cancelTime == .seconds(5))
        #expect(settings.maxBodyBytes == 1_048_576 && settings.maxLines == 2000)
        #expect(settings.triggerStages == nil && settings.crashAt == nil && settings.amqpCAFile == nil)
        #expect(settings.warnings.isEmpty)
    }

    @Test("--check reports all configuration problems at once")
    func allAtOnce() throws {
        let found = try problems([
            "BATON_AMQP_URL": "", "BATON_POSTGRESQL_URL": "mysql://x", "BATON_TARGETS_URL": "ftp://x",
            "BATON_POOL_SIZE": "51", "BATON_LEASE": "15", "BATON_TAKEOVERS": "many", "BATON_LOG_LEVEL": "verbose",
            "BATON_POSTGRESQL_SCHEMA": "Baton", "BATON_AMQP_PASSWORD_FILE": "/run/secrets/gone",
            "BATON_SWEEP_INTERVALL": "1s", "BATON_TICKET_LEASE": "1s", "BATON_MAXIMAL_AGE": "1m",
        ])
        #expect(
            found.map(\.name) == [
                "BATON_AMQP_PASSWORD_FILE", "BATON_AMQP_URL", "BATON_LEASE", "BATON_LOG_LEVEL", "BATON_POOL_SIZE",
                "BATON_POSTGRESQL_SCHEMA", "BATON_POSTGRESQL_URL", "BATON_SWEEP_INTERVALL", "BATON_TAKEOVERS",
                "BATON_TARGETS_URL", "BATON_TICKET_LEASE",
            ])
        let text = SettingsProblems(found).description
        #expect(text.hasPrefix("11 problems with the settings:\n"))
        #expect(text.contains("  BATON_POOL_SIZE: \"51\" does not fit; expected: a whole number from 1 to 50"))
        #expect(text.contains("  BATON_AMQP_URL: it is missing; expected: "))
    }

    @Test(
        "a number is taken up to both ends of its range and not past them",
        arguments: [
            ("BATON_POOL_SIZE", 1, 50), ("BATON_HEALTH_PORT", 0, 65_535), ("BATON_TAKEOVERS", 1, 100),
            ("BATON_MAX_BODY_BYTES", 1024, 134_217_728), ("BATON_MAX_LINES", 1, 100_000), ("BATON_PREFETCH", 0, 2000),
            ("BATON_PREFETCH_BYTES", 1_048_576, 1_073_741_824),
            ("BATON_BREAKER_FAILURES", 1, 1_000_000),
        ])
    func numberLimits(name: String, least: Int, most: Int) throws {
        for value in [least, most] { _ = try settings([name: String(value)]) }
        for value in [least - 1, most + 1] {
            #expect(try problems([name: String(value)]).map(\.name) == [name])
        }
        #expect(try problems([name: " "]).map(\.name) == [name])
        #expect(try problems([name: "1.0"]).map(\.name) == [name])
        #expect(try problems([name: "99999999999999999999"]).map(\.name) == [name])
    }

    @Test(
        "a time is taken up to both ends of its range and not past them",
        arguments: [
            ("BATON_LEASE", "1s", "999ms", "1h", "3600001ms"),
            ("BATON_TICKET_LEASE", "1001ms", "999ms", "1h", "3600001ms"),
            ("BATON_SWEEP_INTERVAL", "50ms", "49ms", "1m", "60001ms"),
            ("BATON_MAXIMAL_AGE", "1m", "59999ms", "8760h", "8761h"),
            ("BATON_DRAIN_TIME", "0s", "-1s", "1h", "3600001ms"),
            ("BATON_CANCEL_TIME", "100ms", "99ms", "10m", "600001ms"),
            ("BATON_ERP_CALL_BUDGET", "100ms", "99ms", "10m", "600001ms"),
            ("BATON_PSA_SETTLING_TIME", "0s", "-1s", "24h", "86400001ms"),
            ("BATON_SEND_WINDOW", "100ms", "99ms", "1m", "60001ms"),
        ])
    func durationLimits(name: String, least: String, below: String, most: String, above: String) throws {
        // The other times leave room, so that only this one's range is judged.
        var room = ["BATON_LEASE": "1h", "BATON_TICKET_LEASE": "1h", "BATON_MAXIMAL_AGE": "8760h"]
        if name == "BATON_LEASE" { room["BATON_SWEEP_INTERVAL"] = "50ms" }
        if name == "BATON_MAXIMAL_AGE" { room["BATON_TICKET_LEASE"] = "30s" }
        room["BATON_CRM_CALL_BUDGET"] = "500ms"
        for text in [least, most] {
            _ = try settings(room.merging([name: text]) { _, new in new })
        }
        for text in [below, above] {
            let found = try problems(room.merging([name: text]) { _, new in new })
            #expect(found.map(\.name) == [name], "\(text)")
        }
    }

    @Test("an empty variable counts as absent")
    func empty() throws {
        #expect(try settings(["BATON_POOL_SIZE": "", "BATON_AMQP_PASSWORD": ""]) == settings())
    }

    @Test(
        "the broker's addresses are a list, and each is checked",
        arguments: [
            "amqp://h", "amqps://u:p@h:5671/v", "amqp://a,amqp://b:1", " amqp://a , amqps://b ",
            "amqp://[::1]:5672/%2F",
        ])
    func brokerList(text: String) throws {
        let urls = try settings(["BATON_AMQP_URL": text]).amqpURLs.map(\.revealed)
        #expect(urls.count == text.split(separator: ",").count)
        #expect(urls.allSatisfy { $0.hasPrefix("amqp") && !$0.hasSuffix(" ") })
    }

    @Test(
        "an address that cannot be one is refused",
        arguments: [
            ("BATON_AMQP_URL", "amqp://"), ("BATON_AMQP_URL", "amqp://a,"), ("BATON_AMQP_URL", "amqp://a,http://b"),
            ("BATON_AMQP_URL", "h:5672"), ("BATON_AMQP_URL", "amqp://h:0"), ("BATON_AMQP_URL", "amqp://h:65536"),
            ("BATON_AMQP_URL", "amqp://h:x"), ("BATON_POSTGRESQL_URL", "host=h"), ("BATON_TARGETS_URL", "https://"),
            ("BATON_TARGETS_URL", "http://h?x=1"), ("BATON_TARGETS_URL", "http://h#x"),
            ("BATON_TARGETS_URL", "http://u:p@h"), ("BATON_TARGETS_URL", "h"), ("BATON_POSTGRESQL_SCHEMA", "1a"),
            ("BATON_POSTGRESQL_SCHEMA", "a-b"), ("BATON_POSTGRESQL_SCHEMA", String(repeating: "a", count: 64)),
        ])
    func addressRefused(name: String, text: String) throws {
        #expect(try problems([name: text]).map(\.name) == [name])
    }

    @Test(
        "SEC-F14 what goes unencrypted or unverified to another machine is a warning",
        arguments: [
            ("BATON_AMQP_URL", "amqp://mq", true), ("BATON_AMQP_URL", "amqps://a,amqp://127.0.0.1.example", true),
            ("BATON_AMQP_URL", "amqps://mq", false), ("BATON_AMQP_URL", "amqp://localhost,amqp://[::1]:5672", false),
            ("BATON_POSTGRESQL_URL", "postgresql://u@db/baton", true),
            ("BATON_POSTGRESQL_URL", "postgresql://u@localhost,db/baton", true),
            ("BATON_POSTGRESQL_URL", "postgresql://u@db/baton?sslmode=require", true),
            ("BATON_POSTGRESQL_URL", "postgresql:///baton?host=db", true),
            ("BATON_POSTGRESQL_URL", "postgresql://u@db/baton?sslmode=verify-full&sslrootcert=/ca.pem", false),
            ("BATON_POSTGRESQL_URL", "postgresql://u:p%40@127.0.0.1:5432,[::1]:5433/baton", false),
            ("BATON_POSTGRESQL_URL", "postgresql:///baton?host=/run/postgresql", false),
        ])
    func plainText(name: String, url: String, isWarned: Bool) throws {
        #expect(try settings([name: url]).warnings.map(\.name) == (isWarned ? [name] : []), "\(url)")
    }

    @Test("certificates must be readable, and without an encrypted address there is a warning")
    func certificates() throws {
        let files = ["/ca.pem": SettingsFile(bytes: Array("x".utf8), isWorldReadable: true)]
        let plain = try settings(
            ["BATON_AMQP_CA_FILE": "/ca.pem", "BATON_AMQP_URL": "amqp://127.0.0.1"], files: files)
        #expect(plain.warnings.map(\.name) == ["BATON_AMQP_CA_FILE"])
        let encrypted = try settings(
            ["BATON_AMQP_CA_FILE": "/ca.pem", "BATON_AMQP_URL": "amqps://a,amqps://b"], files: files)
        #expect(encrypted.warnings.isEmpty && encrypted.amqpCAFile == "/ca.pem")
        #expect(try problems(["BATON_AMQP_CA_FILE": "/gone"]).map(\.name) == ["BATON_AMQP_CA_FILE"])
    }

    @Test(
        "a misspelt variable is answered with the name that was meant",
        arguments: [
            ("BATON_LEASES", "BATON_LEASE, if that was meant"), ("BATON_AMQP_URI", "BATON_AMQP_URL, if that was meant"),
            ("BATON_POSTGRES_URL", "BATON_POSTGRESQL_URL, if that was meant"),
            ("BATON_AMQP_PASSWORDFILE", "BATON_AMQP_PASSWORD_FILE, if that was meant"),
            ("BATON_lease", "BATON_LEASE, if that was meant"), ("BATON_XYZ", "one of the documented names"),
            ("BATON_LEASE_FILE", "BATON_LEASE, if that was meant"),
        ])
    func misspelt(name: String, expected: String) throws {
        let found = try problems([name: "sesame-misspelt"])
        #expect(found == [SettingsProblem(name, wrong: "there is no such setting", expected: expected)])
    }

    @Test("variables of the tests, of other programs and of the system are none of a worker's business")
    func foreign() throws {
        let foreign = ["BATON_TEST_AMQP": "x", "BATON_RUN_DIR": "x", "PATH": "x", "XBATON_LEASE": "x"]
        #expect(try settings(foreign) == settings())
    }
}
