import Deals

/// One notification of an outbound message: the record's chosen fields as they are now, all of them texts.
///
/// Takes what ``OutboundMessage/Notification/data`` holds, or the whole SOAP text as a JSON string where it carries one
/// notification. The deal's version is the record's version field (`Baton_Version__c`).
public struct SalesforceOutboundMessage: SourceMapping {
    /// The type.
    public static let type = "salesforce.outbound-message.v1"

    private let rules: SourceRules

    /// Reads by these settings.
    public init(_ settings: MappingSettings = .standard) {
        rules = settings.rules(for: SalesforceOutboundMessage.type)
    }

    /// The type.
    public var type: String { SalesforceOutboundMessage.type }

    /// Reads the record.
    public func map(_ data: JSON, at stages: SourceStages) throws(MappingFailure) -> MappedEvent {
        var located = Located(path: Located.root, json: data)
        if case .string(let xml) = data { located = Located(path: Located.root, json: try notification(xml)) }
        guard let record = located.member("sObject"), case .object = record.json else {
            throw MappingFailure(
                "is missing or no object", at: "\(Located.root).sObject",
                cure: "Send one notification of the message, or the message itself as a text.")
        }
        guard located.json.member("type") == .string("Opportunity") else {
            return .nothing(because: "the message is about a record that is no opportunity")
        }
        return try rules.event(from: SourceRecord(record), at: stages)
    }

    private func notification(_ xml: String) throws(MappingFailure) -> JSON {
        let message: OutboundMessage
        do {
            message = try OutboundMessage(xml: Array(xml.utf8))
        } catch {
            throw MappingFailure(error.text, at: Located.root, cure: "Send the SOAP text as Salesforce wrote it.")
        }
        guard message.notifications.count == 1 else {
            throw MappingFailure(
                "has \(message.notifications.count) notifications", at: Located.root,
                cure: "Send an event for each notification.")
        }
        return message.notifications[0].data
    }
}
