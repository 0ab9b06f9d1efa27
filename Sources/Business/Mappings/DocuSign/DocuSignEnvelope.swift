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
        guard event == "envelope-completed" else {
            return .nothing(because: "the event is not the completion of an envelope")
        }
        guard let envelope = body.member("data"), let summary = envelope.member("envelopeSummary") else {
            throw MappingFailure(
                "is missing", at: "\(body.path).data.envelopeSummary",
                cure: "Include the envelope's data and custom fields in the Connect configuration.")
        }
        return try signature(envelope, summary)
    }

    private func signature(_ envelope: Located, _ summary: Located) throws(MappingFailure) -> MappedEvent {
        let fields = customFields(of: summary)
        guard let opportunity = fields.first(named: rules.fields[.opportunity].fields)?.text else {
            return .nothing(because: "the envelope names no opportunity")
        }
        var reader = rules.reader
        if let status = summary.text("status"), status != "completed" {
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
        let hash = fields.first(named: rules.fields[.sowHash].fields)
        let sowHash = hash?.text.lowercased()
        if let hash, let sowHash,
            sowHash.utf8.count != 64 || !sowHash.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
        {
            reader.report("is not 64 hexadecimal digits", cure: "Send the SHA-256 of the document.", at: hash.path)
        }
        guard reader.findings.isEmpty, let id, let signedAt else { throw MappingFailure(reader.findings) }
        return .signature(
            Signature(
                opportunity: rules.identify(opportunity), envelope: id.lowercased(), sowHash: sowHash,
                signedAt: signedAt))
    }

    /// The custom fields that hold something.
    private func customFields(of summary: Located) -> [CustomField] {
        let lists = ["textCustomFields", "listCustomFields"].compactMap {
            summary.member("customFields")?.member($0)?.items
        }
        return lists.joined().compactMap { field in
            guard let name = field.text("name"), let text = field.text("value")?.trimmed, !text.isEmpty else {
                return nil
            }
            return CustomField(name: name, path: "\(field.path).value", text: text)
        }
    }
}

/// A custom field of an envelope and where its value stands.
private struct CustomField {
    let name: String
    let path: String
    let text: String
}

extension [CustomField] {
    fileprivate func first(named names: [String]) -> CustomField? {
        for name in names {
            if let field = first(where: { $0.name == name }) { return field }
        }
        return nil
    }
}
