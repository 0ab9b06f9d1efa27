/// Every setting of the gateway; those that it has in common with the workers are the workers' own.
enum KnownGatewaySettings {
    static let host = Setting(
        "BATON_GATEWAY_HOST", "The address on which webhooks and checks are served; 0.0.0.0 for all.",
        expected: "a host name or address", fallback: "127.0.0.1")
    static let port = NumberSetting(
        "BATON_GATEWAY_PORT", "The port on which webhooks and checks are served; 0 takes any free one.",
        fallback: 8088, in: 0...65_535)
    static let certificate = Setting(
        "BATON_GATEWAY_TLS_CERTIFICATE_FILE",
        "The certificate (PEM, with those between it and the root) with which requests are served; plain HTTP if absent.",
        expected: "a readable file")
    static let key = Setting(
        "BATON_GATEWAY_TLS_KEY_FILE", "The private key (PEM) of that certificate.", expected: "a readable file")
    static let sources = Setting(
        "BATON_GATEWAY_SOURCES", "The file that says which sources may call, of which kind each is, and its secrets.",
        expected: "a readable YAML file", isRequired: true)
    static let secrets = Setting(
        "BATON_GATEWAY_SECRETS", "The folder of the secret files that the sources file names.",
        expected: "a folder", fallback: "/run/secrets")
    static let token = Setting(
        "BATON_GATEWAY_TOKEN", "What callers of validate and plan show as bearer token; without it nobody may.",
        expected: "a text of 16 bytes or more, or a readable file that holds it", isSecret: true, hasFile: true)
    static let maxBodyBytes = NumberSetting(
        "BATON_GATEWAY_MAX_BODY_BYTES", "The largest request body that is read.", fallback: 1_048_576,
        in: 1024...16_777_216)
    static let atOnce = NumberSetting(
        "BATON_GATEWAY_AT_ONCE",
        "How many requests one source may have in work at once; the checks count as one source.",
        fallback: 32, in: 1...10_000)
    static let reading = NumberSetting(
        "BATON_GATEWAY_READING",
        "How many requests may be read at once whose sender is not proven before its body was read.",
        fallback: 256, in: 1...100_000)
    static let readingEach = NumberSetting(
        "BATON_GATEWAY_READING_EACH", "How many of them one address (of IPv6 one network of 64 bits) may send.",
        fallback: 32, in: 1...100_000)
    static let unprovenBytes = NumberSetting(
        "BATON_GATEWAY_UNPROVEN_BYTES", "How many bytes of their bodies are held in all.",
        fallback: 64 << 20, in: (1 << 20)...(1 << 34))
    static let provenBytes = NumberSetting(
        "BATON_GATEWAY_PROVEN_BYTES", "How many bytes of the bodies of all sources are held whose sender is proven.",
        fallback: 64 << 20, in: (1 << 20)...(1 << 34))
    static let connections = NumberSetting(
        "BATON_GATEWAY_CONNECTIONS", "How many connections may be open at once; one more is closed at once.",
        fallback: 2000, in: 1...100_000)
    static let connectionsEach = NumberSetting(
        "BATON_GATEWAY_CONNECTIONS_EACH",
        "How many of them one address may have that is none of BATON_GATEWAY_PROXIES.",
        fallback: 200, in: 1...100_000)
    static let proxies = Setting(
        "BATON_GATEWAY_PROXIES",
        "The addresses of the proxies before the gateway, with commas between: who they speak for is read out of "
            + "X-Forwarded-For, and a request through them is counted under that address.",
        expected: "IP addresses with commas between")
    static let computeTime = DurationSetting(
        "BATON_GATEWAY_COMPUTE_TIME", "How long the reading of one request may compute.",
        fallback: .seconds(2), in: .milliseconds(10)...(.seconds(60)))
    static let stuckAfter = DurationSetting(
        "BATON_GATEWAY_STUCK_AFTER", "After how long without a turn a thread makes the gateway neither live nor ready.",
        fallback: .seconds(10), in: .seconds(1)...(.seconds(600)))
    static let oldestSigned = DurationSetting(
        "BATON_GATEWAY_OLDEST_SIGNED",
        "How long ago a message of DocuSign may have been made, whose signature holds for ever.",
        fallback: .seconds(8760 * 3600), in: .seconds(3600)...(.seconds(87_600 * 3600)))
    // HubSpot gives up after 5 s, and a caller that gives up first sends again what was taken.
    static let requestTime = DurationSetting(
        "BATON_GATEWAY_REQUEST_TIME", "How long a request may take, from its head to its answer.",
        fallback: .milliseconds(4500), in: .milliseconds(100)...(.seconds(60)))
    static let confirmTime = DurationSetting(
        "BATON_GATEWAY_CONFIRM_TIME", "How long of it the broker may take to confirm the events.",
        fallback: .seconds(2), in: .milliseconds(50)...(.seconds(30)))
    // Less than a second together with what CheckDesk takes for the catalog alone after it.
    static let checkTime = DurationSetting(
        "BATON_GATEWAY_CHECK_TIME", "How long the look-ups of one validate or plan call may take in all.",
        fallback: .milliseconds(700), in: .milliseconds(10)...(.milliseconds(800)))
    static let postgresqlURL = Setting(
        "BATON_POSTGRESQL_URL", "The PostgreSQL database with the catalog by which validate and plan judge.",
        expected: "a postgresql:// URL", isSecret: true)
    static let targetsURL = Setting(
        "BATON_TARGETS_URL", "Where validate and plan look up what exists; without it nothing is looked up.",
        expected: "an http:// or https:// URL with a host, without user, query and fragment", isSecret: true)

    static let all: [Setting] =
        ProcessSettings.broker + [
            host, port.setting, certificate, key, sources, secrets, token, maxBodyBytes.setting,
            KnownSettings.xmlBytes.setting, KnownSettings.xmlDepth.setting, KnownSettings.xmlElements.setting,
            atOnce.setting, reading.setting, readingEach.setting, unprovenBytes.setting, provenBytes.setting,
            connections.setting,
            connectionsEach.setting, proxies, requestTime.setting, confirmTime.setting, computeTime.setting,
            stuckAfter.setting, oldestSigned.setting, checkTime.setting, postgresqlURL,
            KnownSettings.postgresqlPassword, KnownSettings.postgresqlSchema, KnownSettings.catalogRefresh.setting,
            targetsURL,
        ] + ProcessSettings.running
}
