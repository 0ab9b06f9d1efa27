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

    @Test("A2 a source has stages that start a handoff once it is signed, beside those that start it at once")
    func whenSigned() throws {
        let stages = try TriggerStages(
            parsing: "salesforce=Closed Won; sign:salesforce=Contract Sent,In Signature; sign:*=proposal")
        #expect(stages.startWhenSigned("contract_sent", from: "salesforce"))
        #expect(!stages.start("contract_sent", from: "salesforce"))
        #expect(stages.start("Closed Won", from: "salesforce"))
        #expect(!stages.startWhenSigned("Closed Won", from: "salesforce"))
        #expect(!stages.startWhenSigned("proposal", from: "salesforce"), "it has stages of its own")
        #expect(stages.startWhenSigned("Proposal", from: "hubspot"))
        #expect(stages.start("closed-won", from: "hubspot"), "the standard stages stay")
        #expect(!TriggerStages.standard.startWhenSigned("contract-sent", from: "salesforce"))
    }

    @Test(
        "A2 a stage cannot start at once and when signed, and no source is named twice",
        arguments: [
            ("salesforce=won;sign:salesforce=Won", "both at once and when signed"),
            ("sign:hubspot=Closed Won", "both at once and when signed"),
            ("sign:cpq=a;sign:cpq=b", "'sign:cpq' is named twice"), ("sign:cpq=", "'sign:cpq' has no stage"),
            ("sign:Sales Force=a", "the source 'Sales Force'"),
        ])
    func signedMistakes(setting: String, words: String) {
        do {
            _ = try TriggerStages(parsing: setting)
            Issue.record("the setting was taken")
        } catch {
            #expect(error.sentences.count == 1 && error.description.contains(words), "\(error)")
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
