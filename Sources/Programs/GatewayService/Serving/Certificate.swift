import HummingbirdTLS
import Settings

/// The certificate with which requests are served over TLS.
enum Certificate {
    /// Of TLS 1.2 only what encrypts and authenticates in one (AEAD), with a key of the connection's own.
    private static let suites = """
        ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:\
        ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
        """

    /// What a server offers: TLS 1.2 or later with the certificate and key of these files; nil without them. Throws
    /// what is wrong with the files.
    static func configuration(for settings: GatewaySettings) throws -> TLSConfiguration? {
        guard let certificateFile = settings.certificateFile, let keyFile = settings.keyFile else { return nil }
        var problems: [SettingsProblem] = []
        func read<Value>(_ name: String, _ expected: String, _ read: () throws -> Value) -> Value? {
            do {
                return try read()
            } catch {
                problems.append(
                    SettingsProblem(name, wrong: "what the file holds cannot be used: \(error)", expected: expected))
                return nil
            }
        }
        let chain = read("BATON_GATEWAY_TLS_CERTIFICATE_FILE", "certificates in PEM, the gateway's own first") {
            try NIOSSLCertificate.fromPEMFile(certificateFile)
        }
        let key = read("BATON_GATEWAY_TLS_KEY_FILE", "a private key in PEM, without a passphrase") {
            try NIOSSLPrivateKey(file: keyFile, format: .pem)
        }
        guard let chain, let key, problems.isEmpty else { throw SettingsProblems(problems) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuites = suites
        return configuration
    }
}
