/// What a mapping says of a signed document, held to the same rules as a deal: a mapping's mistake stops here.
enum SignatureReader {
    static func check(_ signature: Signature, with reader: inout SchemaReader) -> Signature? {
        let members: [JSON.Member] = [
            JSON.Member("opportunity", .string(signature.opportunity)),
            JSON.Member("envelope", .string(signature.envelope)),
        ]
        let hash = signature.sowHash.map { [JSON.Member("sowHash", .string($0))] } ?? []
        return reader.member("data", of: [JSON.Member("data", .object(members + hash))]) { json, reader in
            let before = reader.count
            guard let members = reader.members(json) else { return nil }
            _ = reader.member("opportunity", of: members) { $1.text($0, .opportunity) }
            _ = reader.member("envelope", of: members) { $1.text($0, .text128) }
            _ = reader.optional("sowHash", of: members) { $1.text($0, .sha256) }
            return reader.count == before ? signature : nil
        }
    }
}
