extension Signature {
    /// The signature as the one JSON text that equal ones share (RFC 8785).
    public var canonicalBytes: [UInt8] {
        let json: JSON = [
            "envelope": .string(envelope), "opportunity": .string(opportunity),
            "signedAt": .string(signedAt.description), "sowHash": sowHash.map(JSON.string),
        ]
        return json.canonicalBytes
    }

    /// SHA-256 in hexadecimal over the canonical bytes.
    public var contentHash: String { canonicalBytes.sha256 }
}
