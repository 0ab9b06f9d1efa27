import Deals
import Testing

@testable import Mappings

@Suite("An outbound message is read as what it is, or refused")
struct OutboundMessageTests {
    static func notification(_ fields: String, id: String = "04l5f000003AAAA") -> String {
        """
        <Notification><Id>\(id)</Id>
          <sObject xsi:type="sf:Opportunity" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">
          \(fields)
          </sObject></Notification>
        """
    }

    static func xml(
        organization: String = "00D5f000000abcD", _ notifications: String = notification("<sf:Id>006</sf:Id>")
    ) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
         xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
         <soapenv:Body>
          <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
           <OrganizationId>\(organization)</OrganizationId>
           <ActionId>04k5f000000XXXX</ActionId>
           <SessionId xsi:nil="true"/>
           <EnterpriseUrl>https://example.my.salesforce.com/services/Soap/c/66.0/00D5f</EnterpriseUrl>
           <PartnerUrl>https://example.my.salesforce.com/services/Soap/u/66.0/00D5f</PartnerUrl>
           \(notifications)
          </notifications>
         </soapenv:Body>
        </soapenv:Envelope>
        """
    }

    private func problem(_ xml: String) -> OutboundMessage.Problem? {
        do {
            _ = try OutboundMessage(xml: Array(xml.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test("L6 every field of each record is kept as it was written, and a nil one is none")
    func reads() throws {
        let first = Self.notification(
            """
            <sf:Id>006ak00000OQ4RxAAL</sf:Id><sf:Name>A &amp; B &lt;C&gt; „Ü“ </sf:Name><sf:Amount>1234.50</sf:Amount>
            <sf:CloseDate xsi:nil="true"/><sf:Baton_Lines__c><![CDATA[[{"a":1}]]]></sf:Baton_Lines__c>
            """)
        let message = try OutboundMessage(
            xml: Array(Self.xml(first + Self.notification("<sf:Id>007</sf:Id>", id: "04l5f000003BBBB")).utf8))
        #expect(message.organization == SalesforceID("00D5f000000abcD"))
        #expect(message.notifications.map(\.id) == ["04l5f000003AAAA", "04l5f000003BBBB"])
        let data = message.notifications[0].data
        #expect(data.member("type") == .string("Opportunity"))
        #expect(
            data.member("sObject") == [
                "Amount": .string("1234.50"), "Baton_Lines__c": .string(#"[{"a":1}]"#),
                "Id": .string("006ak00000OQ4RxAAL"), "Name": .string("A & B <C> „Ü“ "),
            ])
    }

    @Test("L6 what is no outbound message is refused, and a document type before it is even parsed")
    func refuses() {
        #expect(problem(Self.xml()) == nil)
        let entity = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]>"
        let xml = Self.xml()
        let header = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
        for hostile in [entity, entity.lowercased()] {
            #expect(problem(header + hostile + xml.dropFirst(header.count))?.text.contains("document type") == true)
        }
        for broken in ["", "<", "{}", String(xml.dropLast(5)), xml.replacing("soap/envelope", with: "x")] {
            #expect(problem(broken) != nil)
        }
        #expect(problem(Self.xml(organization: "nobody")) != nil)
        #expect(problem(Self.xml("")) != nil)
        let one = Self.notification("<sf:Id>006</sf:Id>")
        #expect(problem(Self.xml(String(repeating: one, count: 100))) == nil)
        #expect(problem(Self.xml(String(repeating: one, count: 101))) != nil)
    }

    @Test("CASE-K7 a notification that cannot be read is told beside the others, which are read")
    func unread() throws {
        let good = Self.notification("<sf:Id>006</sf:Id>", id: "04l5f000003GOOD")
        let bad: [(notification: String, reason: String)] = [
            (good.replacing("sObject", with: "other"), "sObject"),
            (good.replacing("<Id>04l5f000003GOOD</Id>", with: ""), "no Id"),
            (good.replacing("</Notification>", with: "<Id>2</Id></Notification>"), "no Id"),
            (Self.notification("<sf:Id>006</sf:Id><sf:Amount>1</sf:Amount><sf:Amount>2</sf:Amount>"), "twice"),
            (Self.notification("<sf:Id>006</sf:Id><sf:Owner><sf:Name>x</sf:Name></sf:Owner>"), "more than text"),
            (
                Self.notification((1...1001).map { "<sf:F\($0)>1</sf:F\($0)>" }.joined()), "more than 1000 fields"
            ),
        ]
        for (notification, reason) in bad {
            for order in [good + notification, notification + good] {
                let message = try OutboundMessage(xml: Array(Self.xml(order).utf8))
                #expect(message.notifications.map(\.id) == ["04l5f000003GOOD"])
                #expect(message.unread.count == 1 && message.unread[0].reason.contains(reason), "\(message.unread)")
            }
        }
    }

    @Test("the acknowledgement is the answer that Salesforce takes")
    func acknowledgement() {
        let text = OutboundMessage.acknowledgement
        #expect(
            text.contains("<notificationsResponse xmlns=\"http://soap.sforce.com/2005/09/outbound\"><Ack>true</Ack>"))
        #expect(!text.contains("\n</soapenv") && text.hasPrefix("<?xml"))
    }
}
