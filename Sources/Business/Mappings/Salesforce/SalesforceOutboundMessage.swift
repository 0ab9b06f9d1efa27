import Deals

/// One notification of an outbound message: the record's chosen fields as they are now, all of them texts.
///
/// Takes what ``OutboundMessage/Notification/data`` holds, or the whole SOAP text as a JSON string where it carries one
/// notification. The deal's version is the record's version field (`Baton_Version__c`).
public struct SalesforceOutboundMessage: SourceMapping {
    /// The type.
    public static let type = "salesforce.outbound-message.v1"

    private let rules: SourceRules
    private let limits: XMLLimits

    /// Reads by these settings.
    public init(_ settings: MappingSettings = .standard) {
        rules = settings.rules(for: SalesforceOutboundMessage.type)
        limits = settings.xml
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
        guard let type = located.text("type") else {
            throw MappingFailure(
                "is missing or no text", at: "\(Located.root).type", cure: "Send the record's type with its fields.")
        }
        guard type == "Opportunity" else {
            guard record.text("Id")?.hasPrefix("006") != true else {
                throw MappingFailure(
                    "is not Opportunity, and the record's Id is that of one", at: "\(Located.root).type",
                    cure: "Send the type that belongs to the record.")
            }
            return .nothing(because: "the message is about a record that is no opportunity")
        }
        return try rules.event(from: SourceRecord(record), at: stages)
    }

    private func notification(_ xml: String) throws(MappingFailure) -> JSON {
        let message: OutboundMessage
        do {
            message = try OutboundMessage(xml: Array(xml.utf8), within: limits)
        } catch {
            throw MappingFailure(error.text, at: Located.root, cure: "Send the SOAP text as Salesforce wrote it.")
        }
        let count = message.notifications.count + message.unread.count
        guard count == 1 else {
            throw MappingFailure(
                "has \(count) notifications", at: Located.root, cure: "Send an event for each notification.")
        }
        if let unread = message.unread.first {
            throw MappingFailure(unread.reason, at: Located.root, cure: "Send the SOAP text as Salesforce wrote it.")
        }
        return message.notifications[0].data
    }
}
