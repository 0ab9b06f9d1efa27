import FoundationEssentials
import Sagas
import Workers

/// The journal's entries: JSON text, kept and hashed as the bytes that were written. Ids and codes only, no payload.
package enum JournalEntry {
    private struct Entry: Encodable {
        var what: String
        var step: String?
        var key: String?
        var queue: String?
        var externalID: String?
        var origin: String?
        var cause: String?
        var attempt: Int?
        var source: String?
        var event: String?
        var contentHash: String?
        var plan: String?
        var owner: String?
    }

    private static func text(_ entry: Entry) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(entry), as: UTF8.self)
    }

    package static func accepted(_ arrival: Arrival) throws -> String {
        try text(
            Entry(
                what: "accepted", source: arrival.source, event: arrival.eventID, contentHash: arrival.contentHash))
    }

    static func planned(hash: String) throws -> String { try text(Entry(what: "planned", plan: hash)) }

    static func intent(step: String, key: String, attempt: Int, isUndo: Bool) throws -> String {
        try text(Entry(what: isUndo ? "undo intent" : "intent", step: step, key: key, attempt: attempt))
    }

    static func done(step: String, receipt: Receipt, wasFound: Bool) throws -> String {
        try text(
            Entry(
                what: wasFound ? "found" : "done", step: step, externalID: receipt.externalID,
                origin: receipt.origin.rawValue))
    }

    static func absent(step: String) throws -> String { try text(Entry(what: "absent", step: step)) }

    static func notSent(step: String) throws -> String { try text(Entry(what: "not sent", step: step)) }

    package static func looked(step: String, round: Int, outcome: String) throws -> String {
        try text(Entry(what: "looked again", step: step, cause: outcome, attempt: round))
    }

    package static func removing(step: String, externalID: String) throws -> String {
        try text(Entry(what: "copy removal intent", step: step, externalID: externalID))
    }

    package static func copyTold(step: String, externalID: String) throws -> String {
        try text(Entry(what: "copy left", step: step, externalID: externalID))
    }

    static func undone(step: String, wasFound: Bool) throws -> String {
        try text(Entry(what: wasFound ? "found undone" : "undone", step: step))
    }

    static func kept(step: String, owner: IncidentClass.Owner?) throws -> String {
        try text(Entry(what: "kept", step: step, owner: owner?.rawValue))
    }

    static func standing(step: String) throws -> String { try text(Entry(what: "not undone yet", step: step)) }

    static func refused(step: String, incidentClass: IncidentClass) throws -> String {
        try text(Entry(what: "refused", step: step, cause: incidentClass.rawValue))
    }

    static func turnedBack() throws -> String { try text(Entry(what: "turned back")) }

    static func waiting(step: String?, cause: String) throws -> String {
        try text(Entry(what: "waiting", step: step, cause: cause))
    }

    static func handedOver(to queue: String) throws -> String { try text(Entry(what: "handed over", queue: queue)) }

    static func parked(step: String?, incidentClass: IncidentClass) throws -> String {
        try text(Entry(what: "parked", step: step, cause: incidentClass.rawValue))
    }

    static func finished() throws -> String { try text(Entry(what: "finished")) }

    static func rejected() throws -> String { try text(Entry(what: "rejected")) }

    static func compensated() throws -> String { try text(Entry(what: "compensated")) }
}
