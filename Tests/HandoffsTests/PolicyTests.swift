import Catalogs
import Deals
import Foundation
import Mappings
import Sagas
import Support
import Synchronization
import Testing
import Workers

@testable import Handoffs

/// What the catalog in force says of a source reaches those who decide on its events.
@Suite struct PolicyTests {
    @Test("CASE-K8 whether any document counts, and what an amount is the price of, is what the catalog in force says")
    func policies() async throws {
        let first = try #require(CalendarDate("2026-01-01"))
        let now = try #require(Timestamp(millisecondsSince1970: 1_800_000_000_000))
        for isSaid in [false, true] {
            var tables = CatalogTables()
            if isSaid {
                tables.sourceRules = [
                    SourceRule(source: "salesforce", documents: .any, validFrom: first),
                    SourceRule(source: "hubspot", recurringAmounts: .perPeriod, validFrom: first),
                ]
            }
            let desk = Admitting()
            let intake = DealIntake(
                decoder: DealEventDecoder(
                    triggers: try TriggerStages(
                        parsing: "salesforce=Closed Won;sign:salesforce=Contract Sent;hubspot=Closed Won"),
                    mappings: SourceMappings.all()),
                policiesOf: GivenCatalog(try Catalog(tables)), admissions: desk, announcements: desk,
                now: { now })
            try await intake.handle(
                message("several-envelopes/deal.json", "salesforce.deal.updated.v2"), on: attempt)
            #expect(desk.arrivals.last?.waitsForSignature == true && desk.arrivals.last?.takesAnyDocument == isSaid)
            let recurring = try message("recurring-line/total-of-term.json", "hubspot.hubspot.deal.v1")
            if isSaid {
                try await intake.handle(recurring, on: attempt)
                #expect(desk.arrivals.last?.totalMinor == 20_450_050)
            } else {
                await #expect(throws: RefusedEvent.self) { try await intake.handle(recurring, on: attempt) }
            }
            // Who only asks what the deal would do reads it in the same way.
            let asking = PlanningDesk(by: try Catalog(tables)).planning
            let mappings = SourceMappings.all()
            if isSaid {
                #expect(
                    try await DealDocument.deal(
                        in: recurring.body, mappings: mappings, policies: asking.policies(at: now)
                    ).totalMinor == 20_450_050)
            } else {
                await #expect(throws: Rejection.self) {
                    try await DealDocument.deal(
                        in: recurring.body, mappings: mappings, policies: asking.policies(at: now))
                }
            }
        }
    }

    @Test("CASE-K6 baton plan reads what an amount is the price of by the catalog that it plans by")
    func plan() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: uniqueName("catalog"))
        try FileManager.default.copyItem(atPath: PlanningDesk.folder, toPath: folder.path)
        defer { try? FileManager.default.removeItem(at: folder) }
        let event = folder.appending(path: "event.json").path
        try Data(CaseFile.bytes("recurring-line/total-of-term.json")).write(to: URL(filePath: event))
        let rules = folder.appending(path: "source-rules.yml")
        let careful = try await planned(event, by: folder.path)
        #expect(careful.contains("lineItems") && careful.contains("12 months"), "\(careful)")
        let text = try String(contentsOf: rules, encoding: .utf8)
        try
            (text + """

                - source: hubspot
                  recurringAmounts: per_period
                  documents: named
                  owner: finance
                  validFrom: 2026-01-01

                """).write(to: rules, atomically: true, encoding: .utf8)
        let said = try await planned(event, by: folder.path)
        #expect(!said.contains("lineItems") && !said.isEmpty, "\(said)")
    }

    /// Everything that it prints.
    private func planned(_ event: String, by catalog: String) async throws -> String {
        let log = FileManager.default.temporaryDirectory.appending(path: uniqueName("plan")).path
        let process = try ChildProcess(
            "baton", arguments: ["plan", event, "--catalog", catalog, "--offline"], logFile: log)
        await process.waitForExit()
        return process.log
    }

    private var attempt: Attempt { Attempt(correlationID: "c", isRedelivered: false) }

    private func message(_ name: String, _ key: String) throws -> RawMessage {
        RawMessage(body: try CaseFile.bytes(name), routingKey: key)
    }
}

/// Notes what arrives and is answered.
private final class Admitting: Admissions, Announcements {
    private let all = Mutex<[Arrival]>([])
    var arrivals: [Arrival] { all.withLock { $0 } }

    func admit(_ arrival: Arrival) async throws -> Admission {
        all.withLock { $0.append(arrival) }
        return Admission(outcome: .accepted, reason: nil, handoff: nil, correlationID: "c", isCopy: false)
    }

    func announce(_ event: Announcement) async throws {}
}
