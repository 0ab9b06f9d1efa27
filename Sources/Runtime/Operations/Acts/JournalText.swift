import FoundationEssentials

/// What an act writes into a handoff's journal: ids and codes only, no reason and no payload.
struct JournalText: Encodable {
    var what: String
    var incident: String?
    var step: String?
    var externalID: String?
    var gate: String?
    var plan: String?
    var choice: String?

    /// JSON with sorted keys, as all entries are.
    var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
