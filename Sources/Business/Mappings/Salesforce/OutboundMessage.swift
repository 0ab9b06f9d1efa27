import Deals
import Foundation
import XMLCoder

/// An outbound message of a Salesforce workflow or flow: a SOAP call with 1 to 100 notifications, each about one record.
///
/// The gateway reads it, publishes one event for each notification with its ``Notification/data``, and answers
/// ``acknowledgement`` only then: anything else makes Salesforce send all of it again.
public struct OutboundMessage: Sendable, Equatable {
    /// The organization that sent it, as 18 characters.
    public let organization: SalesforceID
    /// The records, in their order.
    public let notifications: [Notification]

    /// One record as it is now.
    public struct Notification: Sendable, Equatable {
        /// The notification's own id, the same on each redelivery.
        public let id: String
        /// The `data` of an event for ``SalesforceOutboundMessage``: the record's type and fields, each a string.
        public let data: JSON
    }

    /// Why a body is no outbound message.
    public struct Problem: Error, Sendable, Equatable {
        /// What is wrong, in words; says nothing of what it contains.
        public let text: String
    }

    /// The most notifications of one message.
    public static let maximalNotifications = 100

    /// The one answer that Salesforce takes for a receipt, with status 200 and type `text/xml`.
    public static let acknowledgement = """
        <?xml version="1.0" encoding="UTF-8"?>
        <soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>\
        <notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>\
        </soapenv:Body></soapenv:Envelope>
        """

    /// Reads the SOAP text.
    public init(xml: [UInt8]) throws(Problem) {
        guard let text = String(validating: xml, as: UTF8.self) else { throw Problem(text: "is not valid UTF-8") }
        // SOAP forbids it, and an entity that names another one ten times is how a small text fills a large memory.
        guard !text.contains("<!") || !["<!DOCTYPE", "<!ENTITY"].contains(where: text.uppercased().contains) else {
            throw Problem(text: "has a document type, which SOAP forbids")
        }
        guard !XMLNesting.isTooDeep(xml) else { throw Problem(text: "nests deeper than a message does") }
        let decoder = XMLDecoder()
        decoder.shouldProcessNamespaces = true
        decoder.trimValueWhitespaces = false
        let envelope: Envelope
        do {
            envelope = try decoder.decode(Envelope.self, from: Data(xml))
        } catch {
            throw Problem(text: "is no SOAP envelope with the notifications of an outbound message")
        }
        let body = envelope.body.notifications
        guard let organization = SalesforceID(body.organizationID) else {
            throw Problem(text: "has an OrganizationId that is no id of Salesforce")
        }
        guard 1...OutboundMessage.maximalNotifications ~= body.notifications.count else {
            throw Problem(text: "has \(body.notifications.count) notifications and should have 1 to 100")
        }
        self.organization = organization
        notifications = body.notifications.map { notification in
            let fields = notification.record.fields.map { JSON.Member($0.key, .string($0.value)) }
            let type = notification.record.type.map { $0.split(separator: ":").last.map(String.init) ?? $0 }
            return Notification(
                id: notification.id,
                data: [
                    "organizationId": .string(organization.description), "notificationId": .string(notification.id),
                    "type": type.map(JSON.string), "sObject": .object(fields.sorted { $0.name < $1.name }),
                ])
        }
    }
}

extension OutboundMessage {
    fileprivate struct Envelope: Decodable {
        let body: Body
        enum CodingKeys: String, CodingKey { case body = "Body" }
    }

    fileprivate struct Body: Decodable {
        let notifications: Notifications
    }

    fileprivate struct Notifications: Decodable {
        let organizationID: String
        let notifications: [Sent]
        enum CodingKeys: String, CodingKey {
            case organizationID = "OrganizationId"
            case notifications = "Notification"
        }
    }

    fileprivate struct Sent: Decodable {
        let id: String
        let record: Record
        enum CodingKeys: String, CodingKey {
            case id = "Id"
            case record = "sObject"
        }
    }

    /// The record's elements, whatever their names; only those that hold text and nothing else.
    fileprivate struct Record: Decodable {
        let type: String?
        let fields: [String: String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            var fields: [String: String] = [:]
            var type: String?
            for key in container.allKeys {
                if key.stringValue == "type" || key.stringValue.hasSuffix(":type") {
                    type = try container.decode(String.self, forKey: key)
                } else if !key.stringValue.isEmpty {
                    // The space between the elements has no name; a nil element has no text, and is no field.
                    let text = try container.decode(String.self, forKey: key)
                    if !text.isEmpty { fields[key.stringValue] = text }
                }
            }
            self.fields = fields
            self.type = type
        }
    }

    fileprivate struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
