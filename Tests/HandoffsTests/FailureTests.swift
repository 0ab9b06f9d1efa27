import Foundation
import Support
import Testing
import Workers

extension Fleets {
    @Suite(.serialized) struct FailureTests {
        @Test(
            "D12 billing refused after the customer was made: state is kept, the step is named, a replay doubles nothing",
            .timeLimit(.minutes(2)))
        func billingRefused() async throws {
            try await TestCompany.with { company in
                try await company.faults(
                    #"[{"verb":"create_billing_schedule","effect":"refuse","code":"revenue_rule_missing","text":"no"}]"#
                )
                await company.send(try TestDeals.event(opportunity: "O-1"))
                try await eventually("it is parked") {
                    try await company.value("SELECT state FROM handoffs") == "parked"
                }
                #expect(
                    try await company.value("SELECT concat(step, class, owner) FROM incidents")
                        == "create-billing-schedulerevenue_rule_missingfinance")
                #expect(try company.made() == ["create_customer": 1, "create_project": 1, "create_tasks": 1])
                try await company.faults()
                let sent = try await company.requeue(["send", "--all-matching", "--deal", "O-1", "--yes"])
                #expect(sent.status == 0, "\(sent.output)")
                try await company.finished(1)
                #expect(try company.made() == oneDeal)
            }
        }

        @Test(
            "F7 with the ERP off the CRM shows who is waited for, since when and when next; back on, all finish alone",
            .timeLimit(.minutes(2)))
        func erpOff() async throws {
            let settings = ["BATON_BREAKER_WAIT": "20s", "BATON_LONGEST_BREAKER_WAIT": "20s"]
            try await TestCompany.with(settings: settings) { company in
                try await company.faults(#"[{"system":"erp","effect":"error"}]"#)
                for number in 1...6 {
                    await company.send(try TestDeals.event(opportunity: "O-\(number)", contract: "CT-\(number)"))
                }
                try await eventually("the CRM shows it", within: .seconds(40)) {
                    for number in 1...6 {
                        let last = try await company.statuses(of: "O-\(number)").last
                        guard last?.state == "waiting", last?.waitingOn == "ERP", last?.nextTry != nil,
                            last?.since.isEmpty == false
                        else { return false }
                    }
                    return true
                }
                try await company.faults()
                try await company.finished(6, within: .seconds(60))
                #expect(try await company.count("incidents") == 0, "nobody was asked")
            }
        }

        @Test(
            "H13 a project made by hand is named, asked for at the ERP, and the deal goes on", .timeLimit(.minutes(2)))
        func byHand() async throws {
            try await TestCompany.with { company in
                try await company.faults(#"[{"verb":"create_project","effect":"refuse","code":"closed","text":"no"}]"#)
                await company.send(try TestDeals.event(opportunity: "O-1"))
                try await eventually("it is parked") {
                    try await company.value("SELECT state FROM handoffs") == "parked"
                }
                try await company.faults()
                let handoff = try #require(try await company.value("SELECT id FROM handoffs"))
                let wrong = try await company.baton(
                    ["handoff", "adopt", "create-project", "--handoff", handoff, "--id", "PRJ-NOBODY"])
                #expect(wrong.status == 0, "\(wrong.output)")
                try await eventually("the ERP does not know it") {
                    try await company.value("SELECT class FROM incidents WHERE state = 'open'")
                        == "adoption_unconfirmed"
                }
                let project = try await projectByHand(company)
                let right = try await company.baton(
                    ["handoff", "adopt", "create-project", "--handoff", handoff, "--id", project])
                #expect(right.status == 0, "\(right.output)")
                try await company.finished(1)
                #expect(
                    try await company.value("SELECT external_id FROM steps WHERE name = 'create-project'") == project)
                #expect(try company.made() == oneDeal, "the one made by hand is the only project")
            }
        }

        /// A person makes the project in the ERP, in words of their own.
        private func projectByHand(_ company: TestCompany) async throws -> String {
            struct Made: Decodable { var id: String }
            let customer = try #require(try await company.value("SELECT external_id FROM claims"))
            let body = """
                {"externalReference": "by hand", "name": "Acme", "customerId": "\(customer)", "entity": "DE01",
                "currency": "EUR", "contract": "CT-1", "startDate": "2027-01-01", "endDate": "2027-12-31",
                "manager": "jonas.weber@example.com"}
                """
            let answer = try await curl(
                "POST", company.targets.appending(path: "erp/projects").absoluteString,
                headers: ["Idempotency-Key: by-hand", "X-Correlation-ID: by-hand", "Content-Type: application/json"],
                body: body)
            return try JSONDecoder().decode(Made.self, from: answer).id
        }

        @Test(
            "C13 the deal that created a shared customer is cancelled, and the customer stays for the other 49",
            .timeLimit(.minutes(4)))
        func sharedCustomer() async throws {
            try await TestCompany.with(workers: 2) { company in
                for number in 1...50 {
                    await company.send(
                        try TestDeals.event(
                            opportunity: "O-\(number)", contract: "CT-\(number)", correlationID: "c-\(number)"))
                }
                try await company.finished(50, within: .seconds(120))
                let creator = try #require(try company.effects().first { $0.verb == "create_customer" })
                let number = try #require(creator.correlationId.split(separator: "-").last)
                try await company.cancel("O-\(number)", contract: "CT-\(number)", version: 2)
                try await eventually("a person is asked: it was finished") {
                    try await company.value("SELECT cause LIKE 'approval:cancel:%' FROM handoffs WHERE kind = 'cancel'")
                        == "true"
                }
                let handoff = try #require(try await company.value("SELECT id FROM handoffs WHERE kind = 'cancel'"))
                let approved = try await company.baton(["approve", handoff, "--reason", "the customer withdrew"])
                #expect(approved.status == 0, "\(approved.output)")
                try await eventually("it is undone") {
                    try await company.value("SELECT state FROM handoffs WHERE kind = 'cancel'") == "compensated"
                }
                let made = try company.made()
                #expect(made["create_customer"] == 1 && made["create_project"] == 50)
                let undone = ["delete_project", "delete_tasks", "cancel_billing_schedule", "deactivate_project"]
                #expect(undone.map { made[$0] } == [1, 1, 1, 1])
                let order = try company.effects().map(\.verb).filter(undone.contains)
                #expect(order == ["deactivate_project", "cancel_billing_schedule", "delete_tasks", "delete_project"])
                #expect(
                    try await company.value(
                        "SELECT concat(s.state, kept_owner) FROM steps s JOIN handoffs h "
                            + "ON h.id = s.handoff_id WHERE h.opportunity = 'O-\(number)' AND s.name = 'create-customer'"
                    )
                        == "kept")
            }
        }

        @Test(
            "a later complete version goes on with the project, adds what is new, and replaces the billing schedule",
            .timeLimit(.minutes(2)))
        func laterVersion() async throws {
            try await TestCompany.with { company in
                await company.send(try TestDeals.event(opportunity: "O-1"))
                try await company.finished(1)
                await company.send(try TestDeals.event(opportunity: "O-1", version: 2, total: 200_000))
                try await company.finished(2)
                var expected = oneDeal
                expected["create_billing_schedule"] = 2
                expected["cancel_billing_schedule"] = 1
                #expect(try company.made() == expected, "one project, one set of tasks, one schedule in force")
                try await cancelBothVersions(company)
                expected["cancel_billing_schedule"] = 2
                expected["deactivate_project"] = 1
                expected["delete_tasks"] = 1
                expected["delete_project"] = 1
                #expect(try company.made() == expected, "nothing stands but the customer")
            }
        }

        /// Calls the contract off as version 3; a person approves, since both versions are finished.
        private func cancelBothVersions(_ company: TestCompany) async throws {
            try await company.cancel("O-1", version: 3)
            try await eventually("a person is asked") {
                try await company.value("SELECT state FROM handoffs WHERE kind = 'cancel'") == "waiting"
            }
            let handoff = try #require(try await company.value("SELECT id FROM handoffs WHERE kind = 'cancel'"))
            #expect(try await company.baton(["approve", handoff, "--reason", "withdrawn"]).status == 0)
            try await eventually("both are undone") {
                try await company.value("SELECT state FROM handoffs WHERE kind = 'cancel'") == "compensated"
            }
        }

        @Test("a change order adds its lines and its money to the project that stands", .timeLimit(.minutes(2)))
        func changeOrder() async throws {
            try await TestCompany.with { company in
                await company.send(try TestDeals.event(opportunity: "O-1"))
                await company.send(
                    try TestDeals.event(opportunity: "O-1", version: 2, total: 5000) { event in
                        var data = event["data"] as? [String: Any] ?? [:]
                        data["baseVersion"] = 1
                        event["data"] = data
                    })
                try await company.finished(2)
                var expected = oneDeal
                expected["create_tasks"] = 2
                expected["create_billing_schedule"] = 2
                #expect(try company.made() == expected)
                try await cancelBothVersions(company)
                expected["delete_tasks"] = 2
                expected["cancel_billing_schedule"] = 2
                expected["deactivate_project"] = 1
                expected["delete_project"] = 1
                #expect(try company.made() == expected, "nothing stands but the customer")
                #expect(try await company.count("incidents") == 0)
            }
        }

        @Test(
            "I4 every failure of the corpus has a class of the closed list, and under 2 % are unknown",
            .timeLimit(.minutes(3)))
        func classes() async throws {
            struct Invalid: Decodable {
                var file: String
                var routingKey: String
            }
            let folder = "Queues/deal-events/examples/invalid/"
            let invalid = try JSONDecoder().decode(
                [Invalid].self, from: try Data(contentsOf: URL(fileURLWithPath: folder + "expected.json")))
            let codes = [
                "tax_unknown", "revenue_rule_missing", "entity_unmapped", "duplicate_customer", "unknown_service",
                "something_else",
            ]
            let verbs = ["create_customer", "create_project", "create_tasks", "create_billing_schedule"]
            try await TestCompany.with { company in
                for example in invalid {
                    let words = example.routingKey.split(separator: ".", maxSplits: 1).map(String.init)
                    await company.send(
                        Array(try Data(contentsOf: URL(fileURLWithPath: folder + example.file))), source: words[0],
                        type: words[1])
                }
                var deals = 0
                for (code, verb) in codes.flatMap({ code in verbs.map { (code, $0) } }) {
                    deals += 1
                    try await company.faults(#"[{"verb":"\#(verb)","effect":"refuse","code":"\#(code)","text":"no"}]"#)
                    await company.send(
                        try TestDeals.event(
                            opportunity: "O-\(deals)", contract: "CT-\(deals)", customer: "Customer \(deals)",
                            taxID: "DE\(100_000_000 + deals)"))
                    let parked = "\(deals)"
                    try await eventually("deal \(deals) is parked") {
                        try await company.value("SELECT count(*) FROM handoffs WHERE state = 'parked'") == parked
                    }
                }
                let found = try await company.schema.database.query(
                    "SELECT class, count(*) FROM incidents GROUP BY class")
                var counts: [String: Int64] = [:]
                for row in found { counts[try row.value(0, as: String.self)] = try row.value(1, as: Int64.self) }
                let unlisted = counts.keys.filter { IncidentClass(rawValue: $0) == nil }
                #expect(unlisted.isEmpty)
                let all = counts.values.reduce(0, +)
                #expect(all >= Int64(deals + invalid.count / 2), "equal bodies share an incident")
                #expect(counts["unknown", default: 0] * 50 < all)
            }
        }
    }
}
