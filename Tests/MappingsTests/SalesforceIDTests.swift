import Testing

@testable import Mappings

@Suite("An id of Salesforce has one form")
struct SalesforceIDTests {
    /// Ids of records as real organizations sent them, in `Recorded`.
    static let recorded = [
        "0015f00002J9YYEAA3", "0055f000005mc66AAA", "003ak00000IiFInAAN", "005ak00000EpjsfAAB", "003bm000016htgPAAQ",
        "005bm000005uOROAA2", "005ak00000GGsRRAA1", "006ak00000OQ4RxAAL", "001ak00000OKNPHAA5", "003ak000003dQCGAA2",
    ]

    @Test("15 characters become the 18 that Salesforce itself writes", arguments: recorded)
    func suffix(id: String) throws {
        #expect(SalesforceID(String(id.prefix(15)))?.description == id)
        #expect(SalesforceID(id)?.description == id)
    }

    @Test("two ids that differ by case only stay two, and every corner of the alphabet is reached")
    func cases() throws {
        #expect(SalesforceID("aaaaaaaaaaaaaaa")?.description == "aaaaaaaaaaaaaaaAAA")
        #expect(SalesforceID("AAAAAAAAAAAAAAA")?.description == "AAAAAAAAAAAAAAA555")
        #expect(SalesforceID("Aaaaa0000Z00000")?.description == "Aaaaa0000Z00000BQA")
        #expect(SalesforceID("006ak00000OQ4Rx") != SalesforceID("006ak00000OQ4rx"))
    }

    @Test(
        "what is no id is none",
        arguments: [
            "", "006ak00000OQ4R", "006ak00000OQ4RxA", "006ak00000OQ4RxAA", "006ak00000OQ4RxAAM", "006AK00000OQ4RXAAL",
            "006ak00000OQ4RxAALx", "006ak00000OQ4R-", "006ak00000OQ4Ré", "OPP-2026-00815x",
        ])
    func others(text: String) {
        #expect(SalesforceID(text) == nil)
    }
}
