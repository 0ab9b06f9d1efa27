import Catalogs
import Connectors
import Handoffs
import Logging
import Support
import Testing

@testable import GatewayService

/// What is said of a check that did not get its answer: what was late, and which setting says how late that is.
@Suite struct CheckTimeTests {
    /// A catalog that is never read to its end.
    private struct Silent: CatalogSource {
        func current() async throws -> Catalog? {
            try await waitForever()
            return nil
        }
    }

    /// A catalog that answers intake's question, and nobody later.
    private actor OnceRead: CatalogSource {
        private var isRead = false

        func current() async throws -> Catalog? {
            defer { isRead = true }
            if isRead { try await waitForever() }
            return nil
        }
    }

    private static func desk(
        _ catalogs: any CatalogSource, time: Duration, asksTargets: Bool = false,
        _ body: (CheckDesk) async throws -> Void
    ) async throws {
        let connections = HTTPConnections()
        let adapter = Adapter.sandbox
        try await body(
            CheckDesk(
                token: nil,
                planning: Planning(
                    catalogs: catalogs, erp: adapter.erp(at: "", over: connections),
                    psa: adapter.psa(at: "", over: connections), tax: adapter.tax(at: "", over: connections)),
                asksTargets: asksTargets, time: time, computeTime: .seconds(60), mappings: [],
                workbench: Workbench("the tests"), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        try await connections.shutdown()
    }

    @Test(
        "SEC-F4 a check that waits too long for the catalog names the time for look-ups, not that for computing",
        .timeLimit(.minutes(1)))
    func catalogIsLate() async throws {
        let event = try TestDeals.event(opportunity: "O-1") { _ in }
        for catalogs in [Silent(), OnceRead()] as [any CatalogSource] {
            try await Self.desk(catalogs, time: .milliseconds(50)) { desk in
                let problem = await #expect(throws: Problem.self) { try await desk.validate(event) }
                #expect(problem?.detail?.contains("BATON_GATEWAY_CHECK_TIME") == true, "\(String(describing: problem))")
            }
        }
    }

    @Test(
        "SEC-F4 a plan that is late although nobody is asked any more is not blamed on the time for look-ups",
        .timeLimit(.minutes(1)))
    func planIsLate() async throws {
        let event = try TestDeals.event(opportunity: "O-1") { _ in }
        func words(_ catalogs: any CatalogSource) async throws -> String {
            var words = ""
            try await Self.desk(catalogs, time: .milliseconds(50), asksTargets: true) { desk in
                let problem = await #expect(throws: Problem.self) { try await desk.validate(event) }
                words = problem?.detail ?? ""
            }
            return words
        }
        #expect(try await words(Silent()).contains("BATON_GATEWAY_CHECK_TIME"), "intake's question had that time")
        #expect(try await words(OnceRead()).contains("was not planned in the 150ms"))
    }

    @Test("SEC-F4 a check whose caller has gone is no failure of the catalog", .timeLimit(.minutes(1)))
    func callerHasGone() async throws {
        let event = try TestDeals.event(opportunity: "O-1") { _ in }
        for catalogs in [Silent(), OnceRead()] as [any CatalogSource] {
            try await Self.desk(catalogs, time: .seconds(3600)) { desk in
                await withThrowingTaskGroup(of: Answer.self) { group in
                    group.addTask { try await desk.validate(event) }
                    group.cancelAll()
                    await #expect(throws: CancellationError.self) { try await group.next() }
                }
            }
        }
    }
}

private func waitForever() async throws {
    for await _ in AsyncStream<Void>.makeStream().stream {}
    try Task.checkCancellation()
}
