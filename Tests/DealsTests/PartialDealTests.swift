import Support
import Testing
import Workers

@testable import Deals

@Suite struct PartialDealTests {
    private func refused(_ change: (inout [String: Any]) -> Void) throws -> Rejection {
        let body = try TestDeals.event(opportunity: "O-1", version: 2, change)
        return try #require(throws: Rejection.self) {
            try DealEventDecoder().decode(body: body, routingKey: "salesforce.deal.updated.v1")
        }
    }

    private func edit(_ event: inout [String: Any], _ change: (inout [String: Any]) -> Void) {
        var data = event["data"] as? [String: Any] ?? [:]
        change(&data)
        event["data"] = data
    }

    @Test("SUP-2.1 whatever is wrong, the rest of the deal is told")
    func rest() throws {
        let wrong: [(inout [String: Any]) -> Void] = [
            { edit(&$0) { $0["lines"] = [Any]() } }, { edit(&$0) { $0["approval"] = nil } },
            { $0["time"] = "yesterday" },
            { $0["type"] = "deal.updated.v9" }, { $0["source"] = "hubspot" }, { edit(&$0) { $0["stage"] = 7 } },
        ]
        for change in wrong {
            let deal = try #require(try refused(change).trace.deal)
            #expect(deal.key == Deal.Key(opportunity: "O-1", contract: "CT-1", version: 2))
            #expect(deal.customer == "Acme GmbH" && deal.totalMinor == 100_000 && deal.currency?.code == "EUR")
        }
    }

    @Test("SUP-2.1 each part is told only if it keeps the contract's own rules")
    func parts() throws {
        func deal(_ change: (inout [String: Any]) -> Void) throws -> PartialDeal? {
            try refused { edit(&$0, change) }.trace.deal
        }
        #expect(try deal { $0["opportunity"] = "O\u{1B}[31m" }?.opportunity == nil)
        #expect(try deal { $0["opportunity"] = "O 1" }?.contract == "CT-1")
        #expect(try deal { $0["version"] = 0 }?.version == nil)
        #expect(try deal { $0["version"] = "2" }?.key == nil)
        #expect(try deal { $0["totalMinor"] = -1 }?.totalMinor == nil)
        #expect(try deal { $0["currency"] = "EURO" }?.currency == nil)
        #expect(try deal { $0["customer"] = "Acme" }?.customer == nil)
        #expect(try refused { $0["data"] = "none" }.trace.deal == nil)
        #expect(try refused { $0["data"] = ["stage": "x"] }.trace.deal == nil)
    }
}
