import Catalogs
import Foundation
import Support
import Testing

extension Fleets {
    /// Deals as other people's systems send them, through the workers to their ends.
    @Suite(.serialized) struct DocumentedCaseTests {
        /// A sale of 204,500.50 EUR that was carried out.
        private static let sold = "finished 20450050 EUR"
        /// What was carried out for a customer of its own, and for one who was there.
        private static let own = "finished 1200000 EUR created"
        private static let linked = "finished 1200000 EUR linked"
        private static let asked = "parked duplicate_customer"

        /// One after the other within a row, the rows at once: what becomes of each, by its file.
        private static let rows: [[(file: String, end: String)]] = [
            [
                // A header that names other fields hides no sale, and what cannot be read is seen by who can mend it.
                ("change-and-header/change-without-record.json", "refused wrong_schema 1 $.data.record integration"),
                ("change-and-header/change-with-record.json", sold),
                ("payload-as-text/change.json", "refused wrong_schema 1 $.data.payload integration"),
                ("payload-as-text/platform-event.json", "refused wrong_schema 1 $.data.payload integration"),
                ("win-and-lose/lose.json", "ignored"), ("win-and-lose/win.json", sold),
                ("win-and-lose/win-without-record.json", "refused wrong_schema 1 $.data.record integration"),
                ("two-records/event-a.json", sold), ("two-records/event-b.json", sold),
                ("envelope-fields/member-absent.json", noFields), ("envelope-fields/member-null.json", noFields),
                ("envelope-fields/other-field-only.json", "ignored"),
                ("envelope-fields/opportunity-of-spaces.json", "ignored"),
            ],
            [
                ("recurring-line/total-of-term.json", recurring), ("recurring-line/total-of-month.json", recurring),
                ("negative-line/canonical.json", "\(negative) 1 $.data.lines[1].amountMinor sales_operations"),
                (
                    "negative-line/salesforce.json",
                    "\(negative) 2 $.data.record.OpportunityLineItems.records[4].TotalPrice sales_operations"
                ),
                ("negative-line/hubspot.json", "\(negative) 2 $.data.lineItems[4].properties.amount sales_operations"),
                ("merged-deal/event.json", sold),
            ],
            [
                ("several-envelopes/deal.json", "ignored"), ("several-envelopes/envelope-nda.json", "ignored"),
                ("several-envelopes/envelope-other-sow.json", "ignored sow_mismatch"),
                ("several-envelopes/envelope-sow.json", "finished 14400000 USD"),
            ],
            [
                (
                    "month-end/aug-31-to-feb-29.json",
                    "finished 600001 USD 2027-08-31 99465, 2027-09-30 99465, 2027-10-31 99466, 2027-11-30 99465, "
                        + "2027-12-31 99466, 2028-01-31 99465, 2028-02-29 3209"
                ),
                (
                    "month-end/jan-31-to-apr-29.json",
                    "finished 600001 USD 2027-01-31 200000, 2027-02-28 200000, 2027-03-31 200001"
                ),
                (
                    "month-end/jan-30-to-jul-29.json",
                    "finished 600001 USD 2028-01-30 100000, 2028-02-29 100000, 2028-03-30 100000, 2028-04-30 100000, "
                        + "2028-05-30 100000, 2028-06-30 100001"
                ),
                (
                    "part-period/feb-24-to-may-31-monthly.json",
                    "finished 400000 USD 2027-02-24 122772, 2027-03-24 122772, 2027-04-24 122772, 2027-05-24 31684"
                ),
                (
                    "part-period/jan-1-to-jul-15-quarterly.json",
                    "finished 300000 USD 2027-01-01 138693, 2027-04-01 138693, 2027-07-01 22614"
                ),
                (
                    "part-period/whole-year-monthly.json",
                    "finished 1200000 USD "
                        + (1...12).map { "2027-\($0 < 10 ? "0" : "")\($0)-01 100000" }.joined(separator: ", ")
                ),
            ],
            [own, asked, own, asked, own, own, own, asked].enumerated().map { ("legal-forms/deal-\($0 + 1).json", $1) },
            (1...6).map { ("registrations/deal-\($0).json", $0 == 1 || $0 == 6 ? own : linked) },
            [("registrations/race-1.json", "finished 1200000 EUR")],
            [("registrations/race-2.json", "finished 1200000 EUR")],
            [
                ("same-letters/composed.json", own), ("same-letters/capitals.json", linked),
                ("same-letters/direction-override.json", "refused wrong_schema 1 $.data.customer.name"),
            ],
        ]
        private static let noFields = "refused wrong_schema 1 $.data.data.envelopeSummary.customFields integration"
        private static let recurring =
            "refused wrong_schema 1 $.data.lineItems[2].properties.recurringbillingfrequency finance"
        private static let negative = "refused amounts_do_not_add_up"
        /// What comes through the gateway, which reads it.
        private static let webhooks: Set<String> = [
            "notification-again/message-1.xml", "notification-again/message-2.xml",
        ]

        @Test(
            "CASE-K1 to CASE-K15 each documented event ends as it should, with real workers, and none is left out",
            .timeLimit(.minutes(3)))
        func all() async throws {
            let files = Self.rows.joined().map(\.file)
            #expect(try Set(files).union(Self.webhooks) == Set(CaseFile.all()))
            let settings = [
                "BATON_TRIGGER_STAGES":
                    "salesforce=Closed Won;crm=Closed Won;hubspot=Closed Won;dynamics=Closed Won;sign:salesforce=Contract Sent"
            ]
            try await TestCompany.with(settings: settings) { company in
                try await company.schema.putInForce(CatalogFolder(at: repositoryRoot + "/Catalog").catalog)
                var ends: [String: String] = [:]
                try await withThrowingTaskGroup(of: [String: String].self) { group in
                    for row in Self.rows {
                        group.addTask {
                            var ends: [String: String] = [:]
                            for (file, _) in row { ends[file] = try await Self.end(of: file, at: company) }
                            return ends
                        }
                    }
                    for try await row in group { ends.merge(row) { $1 } }
                }
                for (file, expected) in Self.rows.joined() {
                    let end = ends[file] ?? "-"
                    #expect(Self.isSo(end, expected), "\(file): \(end)")
                }
                let races = (1...2).map {
                    ends["registrations/race-\($0).json"]?.split(separator: " ").dropFirst(4).first
                }
                #expect(races[0] == races[1] && races[0] != nil, "one registration, one customer: \(races)")
                #expect(
                    try await company.value("SELECT count(*) FROM handoffs WHERE opportunity = 'OPP-C22'") == "1")
                try await Self.merge(at: company)
            }
        }

        /// Whether it ended so: by its beginning, or where amounts are said, by these whoever the customer is.
        private static func isSo(_ end: String, _ expected: String) -> Bool {
            if end.hasPrefix(expected) { return true }
            let words = expected.split(separator: " ")
            return words.count > 4 && words[0] == "finished" && end.hasPrefix(words[...2].joined(separator: " "))
                && end.hasSuffix(words[3...].joined(separator: " "))
        }

        /// A deal that has no number of the company's is handed over, and merged afterwards: it stays the one that it was,
        /// and is found under each id that it has or had.
        private static func merge(at company: TestCompany) async throws {
            #expect(try await company.baton(["show", "17650001401"]).output.contains("OPP-C14"))
            #expect(try await company.baton(["show", "17650001499"]).output.contains("OPP-C14"))
            for (version, id, event) in [
                ("1", "17650001601", nil), ("2", "17650001699", (old: 17_650_001_601, other: 17_650_001_602)),
            ] as [(String, String, (old: Int, other: Int)?)] {
                let body = try CaseFile.bytes("merged-deal/event.json")
                var whole = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
                var data = try #require(whole["data"] as? [String: Any])
                var deal = try #require(data["deal"] as? [String: Any])
                var properties = try #require(deal["properties"] as? [String: Any])
                properties["baton_opportunity"] = nil
                properties["baton_contract"] = "CT-C14B"
                properties["baton_version"] = version
                deal["properties"] = properties
                deal["id"] = id
                data["deal"] = deal
                var item = try #require(data["event"] as? [String: Any])
                item["objectId"] = event?.old
                item["primaryObjectId"] = event?.old
                item["mergedObjectIds"] = event.map { [$0.other] }
                item["newObjectId"] = Int(id)
                data["event"] = event == nil ? nil : item
                whole["data"] = data
                whole["id"] = "merge-\(version)"
                await company.send(
                    Array(try JSONSerialization.data(withJSONObject: whole)), source: "hubspot", type: "hubspot.deal.v1"
                )
                try await eventually("version \(version) is carried out") {
                    try await company.value(
                        """
                        SELECT string_agg(opportunity || '/' || version || ' ' || state, ', ' ORDER BY version)
                        FROM handoffs WHERE contract = 'CT-C14B'
                        """)
                        == ["17650001601/1 finished", "17650001601/2 finished"].prefix(version == "1" ? 1 : 2)
                        .joined(separator: ", ")
                }
            }
            for id in ["17650001601", "17650001602", "17650001699"] {
                #expect(try await company.baton(["show", id]).output.contains("17650001601"), "\(id)")
                #expect(try await company.baton(["list", "--deal", id]).output.contains("CT-C14B"), "\(id)")
            }
            #expect(
                try await company.value(
                    """
                    SELECT count(DISTINCT s.external_id) FROM steps s JOIN handoffs h ON h.id = s.handoff_id
                    WHERE h.contract = 'CT-C14B' AND s.name = 'create-project'
                    """) == "1", "one project")
        }

        private static func end(of file: String, at company: TestCompany) async throws -> String {
            let body = try CaseFile.bytes(file)
            let event = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
            func text(_ name: String) -> String { event[name] as? String ?? "" }
            await company.send(body, source: text("source"), type: text("type"))
            var found: String?
            let sql = ending(of: text("id"), from: text("source"), in: file)
            do {
                try await eventually("\(file) has ended", within: .seconds(60)) {
                    found = try await company.value(sql)
                    return found != nil
                }
            } catch {
                return "never"
            }
            return found ?? "-"
        }

        private static func ending(of id: String, from source: String, in file: String) -> String {
            let opportunity = ["two-records/event-a.json": "OPP-C03A", "two-records/event-b.json": "OPP-C03B"][file]
            return """
                SELECT CASE WHEN h.state = 'finished' THEN
                        concat_ws(' ', 'finished', d.total_minor, d.currency, c.origin, c.external_id, p.amounts)
                    WHEN h.state = 'parked' THEN 'parked ' || (SELECT class FROM incidents WHERE handoff_id = h.id LIMIT 1)
                    WHEN h.id IS NULL AND e.outcome IS NOT NULL THEN concat_ws(' ', e.outcome, i.class)
                    WHEN e.outcome IS NULL THEN concat_ws(' ', 'refused', i.class, json_array_length(i.findings::json),
                        i.findings -> 0 ->> 'path', i.findings -> 0 ->> 'owner') END
                FROM (SELECT 1) AS one
                LEFT JOIN LATERAL (SELECT * FROM events WHERE source = '\(source)' AND event_id = '\(id)'
                    \(opportunity.map { "AND opportunity = '\($0)'" } ?? "") LIMIT 1) AS e ON true
                LEFT JOIN LATERAL (SELECT * FROM incidents WHERE event_source = '\(source)' AND event_id = '\(id)'
                    LIMIT 1) AS i ON true
                LEFT JOIN handoffs h ON h.id = e.handoff_id
                LEFT JOIN deals d ON d.handoff_id = h.id
                LEFT JOIN LATERAL (SELECT receipt::json ->> 'origin' AS origin, external_id FROM steps
                    WHERE handoff_id = h.id AND name = 'create-customer') AS c ON true
                LEFT JOIN LATERAL (SELECT (SELECT string_agg(concat_ws(' ', l ->> 'dueDate', l ->> 'amountMinor'), ', ')
                    FROM json_array_elements(body::json -> 'schedule') AS l) AS amounts
                    FROM plans WHERE handoff_id = h.id) AS p ON true
                WHERE e.source IS NOT NULL OR i.id IS NOT NULL
                """
        }
    }
}
