import Workers

/// The CloudEvents attributes around a deal or a cancellation.
struct EnvelopeReader {
    let id: String
    let source: String
    let time: Timestamp
    let traceparent: String?
    let correlationID: String?
    /// The hash of the plan that the publisher expects to be carried out.
    var expectedPlanHash: String?

    /// Reads the attributes; what is wrong is left with `reader`, what is known with `trace`. Nil when one is wrong.
    /// Throws when they are right but for a type that is not ours.
    static func read(
        _ members: [JSON.Member], of types: EventTypes, with reader: inout SchemaReader,
        _ trace: inout Rejection.Trace
    ) throws(Rejection) -> EnvelopeReader? {
        _ = reader.member("specversion", of: members) {
            $1.word($0, "\"1.0\"") { $0.isExactly("1.0") ? true : nil }
        }
        let id = reader.member("id", of: members) { $1.text($0, .text128) }
        let source = reader.member("source", of: members) { $1.text($0, .source) }
        let type = reader.member("type", of: members) { $1.text($0, .text128) }
        let time = reader.member("time", of: members) { $1.timestamp($0) }
        _ = reader.optional("datacontenttype", of: members) {
            $1.word($0, "application/json") { $0.isExactly("application/json") ? true : nil }
        }
        _ = reader.optional("subject", of: members) { $1.text($0, .text256) }
        let traceparent = reader.optional("traceparent", of: members) { $1.text($0, .text512) }
        let correlationID = reader.optional("correlationid", of: members) { $1.text($0, .correlation) }
        let planHash = reader.optional("expectedplanhash", of: members) { $1.text($0, .sha256) }
        trace.eventID = id
        trace.source = source ?? trace.source
        trace.correlationID = correlationID
        trace.key = DealReader.key(in: members.first(named: "data"))
        trace.deal = PartialDeal(members.first(named: "data"))
        if let type, let incidentClass = mistake(inType: type, types) {
            let isAlone = reader.findings.isEmpty
            reader.report(
                incidentClass == .unsupportedVersion ? "has a major version that is not taken" : "is not a known type",
                cure: "Send \(types.names.joined(separator: " or ")).", at: "type")
            if isAlone { throw Rejection(incidentClass, reader.findings, trace: trace) }
        }
        guard reader.findings.isEmpty, let id, let source, let time else { return nil }
        return EnvelopeReader(
            id: id, source: source, time: time, traceparent: traceparent.flatMap(validTraceparent),
            correlationID: correlationID, expectedPlanHash: planHash)
    }

    private static func mistake(inType type: String, _ types: EventTypes) -> IncidentClass? {
        if types.reading(of: type) != nil { return nil }
        return types.isOtherVersion(type) ? .unsupportedVersion : .unknownType
    }

    /// W3C: whoever gets a broken trace context begins a new one, and never refuses the message for it.
    private static func validTraceparent(_ text: String) -> String? {
        let parts = Array(text.utf8).split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isHex = parts.allSatisfy { part in
            part.allSatisfy {
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
            }
        }
        guard isHex, parts.map(\.count) == [2, 32, 16, 2], !parts[0].elementsEqual("ff".utf8),
            parts[1...2].allSatisfy({ $0.contains { $0 != UInt8(ascii: "0") } })
        else { return nil }
        return text
    }
}
