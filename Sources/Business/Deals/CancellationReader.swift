/// The `data` of `deal.cancelled.v1`; what is not named here is dropped (and never stored).
enum CancellationReader {
    static func read(_ json: JSON, with reader: inout SchemaReader) -> Cancellation? {
        let before = reader.findings.count + reader.omitted
        guard let members = reader.members(json) else { return nil }
        let opportunity = reader.member("opportunity", of: members) { $1.text($0, .opportunity) }
        let contract = reader.member("contract", of: members) { $1.text($0, .contract) }
        let version = reader.member("version", of: members) { $1.integer($0, DealReader.versions) }
        let reason = reader.optional("reason", of: members) { $1.text($0, .text512) }
        // A reason that is there and wrong leaves a finding and no value.
        guard reader.findings.count + reader.omitted == before, let opportunity, let contract, let version else {
            return nil
        }
        return Cancellation(opportunity: opportunity, contract: contract, version: Int(version), reason: reason)
    }
}
