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

    static let all: [Setting] = [
        KnownSettings.amqpURL, KnownSettings.amqpPassword, KnownSettings.amqpCAFile, host, port.setting,
        certificate, key, sources, secrets, token, maxBodyBytes.setting, atOnce.setting, requestTime.setting,
        confirmTime.setting, checkTime.setting, postgresqlURL,
        KnownSettings.postgresqlPassword, KnownSettings.postgresqlSchema, KnownSettings.catalogRefresh.setting,
        targetsURL, KnownSettings.healthHost,
        KnownSettings.healthPort.setting, KnownSettings.logLevel, KnownSettings.logFormat,
        KnownSettings.poolSize.setting, KnownSettings.drainTime.setting, KnownSettings.cancelTime.setting,
    ]
}
