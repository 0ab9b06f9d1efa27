/// How a connection proves who is at the other end, and who is at this one. TLS 1.2 is the least that is spoken.
public struct TLSSettings: Sendable, Equatable {
    /// The PEM file of the authorities that may sign the broker's certificate.
    public var authorityFile: String
    /// The PEM file of this client's certificate chain, if the broker asks for one.
    public var certificateFile: String?
    /// The PEM file of the certificate's private key.
    public var keyFile: String?

    /// Trusts the authorities of `authorityFile`: Debian's own list unless another is named.
    public init(
        authorityFile: String = "/etc/ssl/certs/ca-certificates.crt", certificateFile: String? = nil,
        keyFile: String? = nil
    ) {
        self.authorityFile = authorityFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}
