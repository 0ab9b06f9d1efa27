import Logging
import PostgreSQL
import RabbitMQ
import Sagas
import Support
import Testing
import Workers

@testable import Fleet

@Suite struct KeptDeliveryTests {
    @Test(
        "SEC-F1 a value that the database refuses twice is the message's fault, any other error is an absence",
        .timeLimit(.minutes(1)))
    func refusedValues() async throws {
        try await TestSchema.with { schema in
            func error(of sql: String) async -> PostgreSQLError? {
                await #expect(throws: PostgreSQLError.self) { try await schema.database.script(sql) }
            }
            let values = [
                await error(of: "SELECT 'a'::integer"), await error(of: #"SELECT '"\u0000"'::jsonb ->> 0"#),
                await error(of: "INSERT INTO events DEFAULT VALUES"),
            ]
            for value in values {
                guard case .keep = settlement(after: value) else {
                    Issue.record("\(String(describing: value)) is refused at once")
                    continue
                }
                guard case .refuse(let event) = settlement(after: value, failures: 1) else {
                    Issue.record("\(String(describing: value)) is kept")
                    continue
                }
                #expect(event.refused.incidentClass == .unknown && event.refused.reason.contains("SQLSTATE 2"))
            }
            let away = await error(of: "SELECT nothing()")
            guard case .keep = settlement(after: away, failures: 9) else {
                Issue.record("an error that is no value's is refused")
                return
            }
        }
    }

    @Test("SEC-F1 a delivery that is kept for longer than the patience makes the worker not ready")
    func readiness() async throws {
        var settings = FleetSettings(
            broker: try BrokerSettings(urls: ["amqp://nobody:x@127.0.0.1:9"]),
            database: try DatabaseSettings("postgresql://nobody@127.0.0.1:9/none"))
        settings.keepPatience = .seconds(60)
        let process = try WorkerProcess(
            LedgerSaga.self, queue: testQueue("deal-events"), settings: settings, logger: Logger(label: "test"))
        let check = try #require(process.checks.first { $0.name == "deliveries" })
        #expect(await check.whyNot() == nil)
        let tag = DeliveryTag(epoch: 1, number: 1)
        process.kept.keep(tag, since: .now)
        #expect(await check.whyNot() == nil, "not for long yet")
        process.kept.keep(tag, since: .now - .seconds(61))
        #expect(await check.whyNot()?.hasPrefix("1 deliveries") == true)
        process.kept.release(tag)
        #expect(await check.whyNot() == nil)
    }
}
