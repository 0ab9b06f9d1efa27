import Deals

/// An event of DocuSign Connect in the format JSON SIM with the envelope's data.
///
/// A completed envelope that names its opportunity in a custom field is a signature; it has no version, since it belongs
/// to whatever version of the opportunity waits for it. Every other event is nothing.
public struct DocuSignEnvelope: SourceMapping {
    /// The type.
    public static let type = "docusign.envelope.v1"

    private let rules: SourceRules

    /// Reads by these settings.
    public init(_ settings: MappingSettings = .standard) {
        rules = settings.rules(for: DocuSignEnvelope.type)
    }

    /// The type.
    public var type: String { DocuSignEnvelope.type }

    /// Reads the envelope.
    public func map(_ data: JSON, at stages: SourceStages) throws(MappingFailure) -> MappedEvent {
        let body = try Located.data(data)
        guard let event = body.text("event") else {
            throw MappingFailure("is missing", at: "\(body.path).event", cure: "Send Connect's message in JSON SIM.")
        }
        let include = "Include the envelope's data and custom fields in the Connect configuration."
        let envelope = try body.object("data", cure: include)
        let summary = try envelope?.object("envelopeSummary", cure: include)
        // Whatever the message was sent for: an envelope that says of itself that it is completed is signed.
        guard event == "envelope-completed" || summary?.isCompleted == true else {
            return .nothing(because: "the event is not the completion of an envelope")
        }
        guard let envelope, let summary else {
            throw MappingFailure("is missing", at: "\(body.path).data.envelopeSummary", cure: include)
        }
        return try signature(envelope, summary)
    }

    private func signature(_ envelope: Located, _ summary: Located) throws(MappingFailure) -> MappedEvent {
        let fields = try customFields(of: summary)
        guard let opportunity = try fields.only(named: rules.fields[.opportunity].fields) else {
            return .nothing(because: "the envelope names no opportunity")
        }
        var reader = rules.reader
        if let status = summary.text("status"), status.lowercased() != "completed" {
            reader.report(
                "is not completed", cure: "Send the envelope as it is after its completion.",
                at: "\(summary.path).status")
        }
        let id = envelope.text("envelopeId") ?? summary.text("envelopeId")
        if id?.isEmpty != false {
            reader.report("is missing", cure: "Send the envelope's id.", at: "\(envelope.path).envelopeId")
        }
        let signedAt = summary.text("completedDateTime").flatMap(Timestamp.init)
        if signedAt == nil {
            reader.report(
                "is missing or not an RFC 3339 time", cure: "Send when the envelope was completed.",
                at: "\(summary.path).completedDateTime")
        }
        let hash = try fields.only(named: rules.fields[.sowHash].fields)
        let sowHash = hash?.text.lowercased()
        if let hash, let sowHash,
            sowHash.utf8.count != 64 || !sowHash.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
        {
            reader.report("is not 64 hexadecimal digits", cure: "Send the SHA-256 of the document.", at: hash.path)
        }
        guard reader.findings.isEmpty, let id, let signedAt else { throw MappingFailure(reader.findings) }
        return .signature(
            Signature(
                opportunity: rules.identify(opportunity.text), envelope: id.lowercased(), sowHash: sowHash,
                signedAt: signedAt))
    }

    /// The custom fields that hold something; refuses an envelope that was sent without them, or of which one cannot be
    /// read: then nobody can say that it names no opportunity.
    private func customFields(of summary: Located) throws(MappingFailure) -> [CustomField] {
        let cure = "Include the envelope's custom fields in the Connect configuration."
        guard let all = try summary.object("customFields", cure: cure) else {
            throw MappingFailure(
                "is missing, so it cannot be said which opportunity was signed", at: "\(summary.path).customFields",
                cure: cure)
        }
        var items: [Located] = []
        let kinds = ["textCustomFields", "listCustomFields"].compactMap(all.member).filter { !$0.isEmpty }
        for kind in kinds {
            guard case .array = kind.json, let found = kind.items else {
                throw MappingFailure("is \(kind.json.kind) and should be an array", at: kind.path, cure: cure)
            }
            items += found
        }
        guard !kinds.isEmpty else {
            throw MappingFailure("has neither text nor list fields", at: all.path, cure: cure)
        }
        var fields: [CustomField] = []
        for item in items {
            guard let name = item.text("name") else {
                throw MappingFailure("has no name", at: item.path, cure: "Send each custom field with name and value.")
            }
            guard let value = item.member("value"), !value.isEmpty else { continue }
            guard let text = rules.reader.single(value) else {
                // A field that nobody reads may hold what it likes.
                guard rules.names(name) else { continue }
                throw MappingFailure("is \(value.json.kind) and should be a text", at: value.path, cure: cure)
            }
            fields.append(CustomField(name: name, path: value.path, text: text))
        }
        return fields
    }
}

/// A custom field of an envelope and where its value stands.
private struct CustomField {
    let name: String
    let path: String
    let text: String
}

extension [CustomField] {
    /// The field of the first of these names that has a value; two that say different things are refused.
    fileprivate func only(named names: [String]) throws(MappingFailure) -> CustomField? {
        for name in names {
            let found = filter { $0.name.folded == name.folded }
            guard let first = found.first else { continue }
            if let other = found.first(where: { $0.text != first.text }) {
                throw MappingFailure(
                    "is another value than the same field has before", at: other.path,
                    cure: "Leave one field of this name in the envelope.")
            }
            return first
        }
        return nil
    }
}

extension SourceRules {
    /// Whether a custom field of this name is read.
    fileprivate func names(_ name: String) -> Bool {
        (fields[.opportunity].fields + fields[.sowHash].fields).contains { $0.folded == name.folded }
    }
}

extension Located {
    /// Whether the envelope says of itself that all have signed.
    fileprivate var isCompleted: Bool {
        text("status")?.lowercased() == "completed" && text("completedDateTime").flatMap(Timestamp.init) != nil
    }
}

extension String {
    /// A field's name as people compare it: whoever sets a template up types it.
    fileprivate var folded: String { lowercased().filter { $0.isLetter || $0.isNumber } }
}
