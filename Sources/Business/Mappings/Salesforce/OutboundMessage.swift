import Deals

/// An outbound message of a Salesforce workflow or flow: a SOAP call with 1 to 100 notifications, each about one record.
///
/// The gateway reads it, publishes one event for each notification with its ``Notification/data``, and answers
/// ``acknowledgement`` only then: anything else makes Salesforce send all of it again.
public struct OutboundMessage: Sendable, Equatable {
    /// The organization that sent it, as 18 characters.
    public let organization: SalesforceID
    /// The records, in their order, without those that cannot be read.
    public let notifications: [Notification]
    /// The notifications that cannot be read, in their order.
    public let unread: [Unread]

    /// One record as it is now.
    public struct Notification: Sendable, Equatable {
        /// The notification's own id, the same on each redelivery, whatever the record is by then.
        public let id: String
        /// The record's id; nil where its `Id` is not among the chosen fields.
        public let record: String?
        /// The `data` of an event for ``SalesforceOutboundMessage``: the record's type and fields, each a string.
        public let data: JSON
    }

    /// A notification that is not what it should be.
    public struct Unread: Sendable, Equatable {
        /// What is wrong, in words; says nothing of what it contains.
        public let reason: String
        /// What can be said of it: its id and its fields as they were written.
        public let entry: JSON
    }

    /// Why a body is no outbound message.
    public struct Problem: Error, Sendable, Equatable {
        /// What is wrong, in words; says nothing of what it contains.
        public let text: String
    }

    /// The most notifications of one message.
    public static let maximalNotifications = 100
    /// The most fields of one record: a standard object of Salesforce has at most some 900.
    public static let maximalFields = 1000

    /// The one answer that Salesforce takes for a receipt, with status 200 and type `text/xml`.
    public static let acknowledgement = """
        <?xml version="1.0" encoding="UTF-8"?>
        <soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>\
        <notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>\
        </soapenv:Body></soapenv:Envelope>
        """

    private static let soap = "http://schemas.xmlsoap.org/soap/envelope/"
    private static let outbound = "http://soap.sforce.com/2005/09/outbound"

    /// Reads the SOAP text within `limits`; gives up once `goesOn`, which is asked now and then, says no.
    public init(
        xml: [UInt8], within limits: XMLLimits = XMLLimits(), while goesOn: @escaping () -> Bool = { true }
    ) throws(Problem) {
        var reader = XMLReader(xml, limits: limits, while: goesOn)
        let envelope: XMLElement
        do {
            envelope = try reader.read()
        } catch {
            throw Problem(text: error.text)
        }
        guard envelope.name == "Envelope", envelope.namespace == OutboundMessage.soap,
            let message = envelope.child("Body", in: OutboundMessage.soap)?
                .child("notifications", in: OutboundMessage.outbound),
            let organization = message.child("OrganizationId", in: OutboundMessage.outbound)?.text
        else { throw Problem(text: "is no SOAP envelope with the notifications of an outbound message") }
        guard let organization = SalesforceID(organization) else {
            throw Problem(text: "has an OrganizationId that is no id of Salesforce")
        }
        let sent = message.children("Notification", in: OutboundMessage.outbound)
        guard 1...OutboundMessage.maximalNotifications ~= sent.count else {
            throw Problem(text: "has \(sent.count) notifications and should have 1 to 100")
        }
        self.organization = organization
        var notifications: [Notification] = []
        var unread: [Unread] = []
        for notification in sent {
            switch OutboundMessage.read(notification, of: organization) {
            case .success(let notification): notifications.append(notification)
            case .failure(let problem):
                unread.append(Unread(reason: problem.text, entry: OutboundMessage.entry(notification)))
            }
        }
        self.notifications = notifications
        self.unread = unread
    }

    private static func read(
        _ notification: XMLElement, of organization: SalesforceID
    ) -> Result<Notification, Problem> {
        guard let id = notification.child("Id", in: outbound)?.text, !id.isEmpty else {
            return .failure(Problem(text: "a notification has no Id, or several"))
        }
        guard let record = notification.child("sObject", in: outbound) else {
            return .failure(Problem(text: "a notification has no sObject, or several"))
        }
        guard record.children.count <= maximalFields else {
            return .failure(Problem(text: "a record has more than \(maximalFields) fields"))
        }
        var fields: [String: String] = [:]
        for field in record.children {
            guard field.children.isEmpty else {
                return .failure(Problem(text: "a field of the record holds more than text"))
            }
            // Which of two counts would be a guess.
            guard fields.updateValue(field.text, forKey: field.name) == nil else {
                return .failure(Problem(text: "the record has the same field twice"))
            }
        }
        let type = record.attribute("type", in: XMLElement.instance)
            .map { $0.split(separator: ":").last.map(String.init) ?? $0 }
        // A nil element has no text, and is no field.
        let filled = fields.filter { !$0.value.isEmpty }.map { JSON.Member($0.key, .string($0.value)) }
        return .success(
            Notification(
                id: id, record: fields["Id"].flatMap { $0.isEmpty ? nil : $0 },
                data: [
                    "organizationId": .string(organization.description), "notificationId": .string(id),
                    "type": type.map(JSON.string), "sObject": .object(filled.sorted { $0.name < $1.name }),
                ]))
    }

    /// What a person needs to find the record of a notification that cannot be read.
    private static func entry(_ notification: XMLElement) -> JSON {
        let fields = notification.children("sObject", in: outbound).flatMap(\.children).prefix(maximalFields)
        return [
            "notificationId": notification.child("Id", in: outbound).map { .string($0.text) },
            "fields": .array(fields.map { ["name": .string($0.name), "value": .string($0.text)] }),
        ]
    }
}
