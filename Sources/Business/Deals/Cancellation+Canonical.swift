extension Cancellation {
    /// The cancellation as the one JSON text that equal ones share (RFC 8785): only the contract's fields, names sorted.
    public var canonicalBytes: [UInt8] {
        let json: JSON = [
            "opportunity": .string(opportunity), "contract": .string(contract), "version": .integer(Int64(version)),
            "reason": reason.map(JSON.string),
        ]
        return json.canonicalBytes
    }

    /// SHA-256 in hexadecimal over the canonical bytes; never that of a deal, which has more fields.
    public var contentHash: String { canonicalBytes.sha256 }

    /// Reads back what ``canonicalBytes`` wrote, by the rules of the published schema.
    public init(canonicalBytes: [UInt8]) throws(Rejection) {
        let json: JSON
        do {
            json = try JSONReader.read(canonicalBytes, maximalDepth: Limits.standard.depth)
        } catch {
            throw Rejection(error)
        }
        var reader = SchemaReader(limits: .standard)
        guard let cancellation = CancellationReader.read(json, with: &reader) else {
            throw Rejection(.wrongSchema, reader.findings)
        }
        self = cancellation
    }
}
