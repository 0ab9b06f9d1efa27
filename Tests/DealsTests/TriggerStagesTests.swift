import Testing

@testable import Deals

@Suite("A1 the stages that start a handoff are a setting of each source")
struct TriggerStagesTests {
    @Test("A1 without a setting three stages start a handoff, however they are written")
    func standard() {
        for stage in ["closed-won", "Closed Won", "CLOSED_WON", " contract executed ", "Approved"] {
            #expect(TriggerStages.standard.start(stage, from: "anything"))
        }
        for stage in ["", "closed", "closedwon", "closed-lost", "Negotiation"] {
            #expect(!TriggerStages.standard.start(stage, from: "anything"))
        }
    }

    @Test("A1 a source has its own stages, others have those of the star")
    func perSource() throws {
        let stages = try TriggerStages(parsing: "salesforce=Closed Won, Contract Executed; *=signed ;")
        #expect(stages.start("contract_executed", from: "salesforce"))
        #expect(!stages.start("signed", from: "salesforce"))
        #expect(stages.start("Signed", from: "hubspot"))
        #expect(!stages.start("closed-won", from: "hubspot"))
    }

    @Test("A1 without a star, sources that are not named keep the standard stages")
    func withoutStar() throws {
        for setting in ["salesforce=signed", "", " ; "] {
            #expect(try TriggerStages(parsing: setting).start("closed-won", from: "hubspot"))
        }
    }

    @Test("A1 every mistake in a setting is reported at once")
    func mistakes() {
        do {
            _ = try TriggerStages(parsing: "Sales Force=won;hubspot=;hubspot=a;cpq;*=a;*=b;=c")
            Issue.record("the setting was taken")
        } catch {
            #expect(error.sentences.count == 6, "\(error)")
        }
    }
}
