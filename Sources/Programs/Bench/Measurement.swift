import Foundation
import PostgreSQL
import RabbitMQ

/// One phase: begins with empty servers, ends with a line of JSON.
struct Measurement {
    let servers: BenchServers
    let label: String

    /// The counting rule: handoffs by the time from the first commit of the first stage to the last commit of the last.
    func backlog(_ count: Int, callTime: Duration?) async throws {
        try await withDatabase { database in
            try await servers.reset(database)
            try await publish(0..<count, rate: nil)
            let start = ContinuousClock.now
            let workers = try startWorkers(callTime: callTime)
            defer { stop(workers) }
            try await wait("the first message is taken") { try await finished(database, "handoffs") > 0 }
            let firstMessage = ContinuousClock.now - start
            let before = use(workers)
            try await wait("all are finished") {
                try await finished(database, "handoffs WHERE state = 'finished'") >= count
            }
            let after = use(workers)
            let seconds = try await elapsed(database)
            print(
                json([
                    "phase": label, "handoffs": count, "handoffs_per_s": (Double(count) / seconds).rounded(),
                    "start_to_first_message_ms": (firstMessage / .milliseconds(1)).rounded(),
                    "cpu_s_per_1000": zip(Use.names, zip(after.cpu, before.cpu)).map { name, cpu in
                        "\(name) " + String(format: "%.2f", (cpu.0 - cpu.1) * 1000 / Double(count))
                    }.joined(separator: ", "),
                    "rss_anon_mb": after.memory.map { String(format: "%.1f", $0) }.joined(separator: " "),
                ]))
        }
    }

    /// Deals at a fixed rate: from their publication to the commit that finished them.
    func latency(rate: Int, seconds: Int) async throws {
        try await withDatabase { database in
            try await servers.reset(database)
            let workers = try startWorkers(callTime: nil)
            defer { stop(workers) }
            let warmup = 50
            try await publish(0..<warmup, rate: rate)
            try await wait("the warm-up is over") {
                try await finished(database, "handoffs WHERE state = 'finished'") >= warmup
            }
            let count = rate * seconds
            try await publish(warmup..<(warmup + count), rate: rate)
            try await wait("all are finished") {
                try await finished(database, "handoffs WHERE state = 'finished'") >= warmup + count
            }
            let rows = try await database.query(
                Statement(
                    unprepared: """
                        SELECT extract(epoch FROM pg_xact_commit_timestamp(h.xmin))::float8
                            - (split_part(h.opportunity, '-', 2))::float8 / 1000000
                        FROM handoffs h WHERE split_part(h.opportunity, '-', 1)::int >= \(warmup) ORDER BY 1
                        """))
            let values = try rows.map { try $0.value(0, as: Double.self) * 1000 }
            print(
                json([
                    "phase": label, "rate": rate, "handoffs": values.count,
                    "p50_ms": percentile(values, 0.50), "p95_ms": percentile(values, 0.95),
                    "p99_ms": percentile(values, 0.99),
                ]))
        }
    }

    private func percentile(_ sorted: [Double], _ share: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return (sorted[min(Int(Double(sorted.count) * share), sorted.count - 1)] * 10).rounded() / 10
    }

    /// Events of 2 KiB; each names the moment of its publication.
    private func publish(_ numbers: Range<Int>, rate: Int?) async throws {
        let publisher = Publisher(
            settings: try BrokerSettings(urls: [servers.amqpURL]), window: 1000, patience: .seconds(60))
        let filling = String(repeating: "0123456789abcdef", count: 124)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            let start = ContinuousClock.now
            var next = numbers.lowerBound
            while next < numbers.upperBound {
                let batch = next..<min(next + (rate == nil ? 500 : 1), numbers.upperBound)
                if let rate {
                    let due = Duration.seconds(Double(next - numbers.lowerBound) / Double(rate))
                    try await Task.sleep(until: start + due, clock: .continuous)
                }
                let outcomes = await publisher.publish(
                    batch.map { number in
                        let id = "\(number)-\(Int(Date().timeIntervalSince1970 * 1_000_000))"
                        return Message(
                            exchange: "deals", routingKey: "bench.deal.updated.v1",
                            properties: Properties(contentType: "application/json"),
                            body: Array("{\"id\":\"\(id)\",\"data\":\"\(filling)\"}".utf8))
                    })
                guard outcomes.allSatisfy({ $0 == .confirmed }) else { throw BenchFailure(what: "\(outcomes)") }
                next = batch.upperBound
            }
            await publisher.close()
            group.cancelAll()
        }
    }

    private func startWorkers(callTime: Duration?) throws -> [Process] {
        try BenchSaga.queues.map { queue in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
            process.arguments = ["worker", queue.name]
            if let callTime {
                let milliseconds = Int((callTime / .milliseconds(1)).rounded())
                process.arguments? += ["--call-milliseconds", "\(milliseconds)", "--calls", "2"]
            }
            try process.run()
            return process
        }
    }

    private func stop(_ workers: [Process]) {
        for worker in workers { worker.terminate() }
        for worker in workers { worker.waitUntilExit() }
    }

    private struct Use {
        static let names = ["workers", "broker", "database"]
        var cpu: [Double]
        var memory: [Double]
    }

    private func use(_ workers: [Process]) -> Use {
        let pids = workers.map(\.processIdentifier)
        let broker = ProcessUse.pids(running: "beam.smp").filter { pid in
            (try? String(contentsOfFile: "/proc/\(pid)/environ", encoding: .utf8))?.contains("/bench/") ?? false
        }
        let database = ProcessUse.pids(running: "/bench/postgresql").flatMap(ProcessUse.tree)
        return Use(
            cpu: [pids, broker, database].map { ProcessUse.of($0).cpuSeconds },
            memory: pids.map { ProcessUse.of([$0]).anonymousMegabytes })
    }

    private func elapsed(_ database: Database) async throws -> Double {
        let rows = try await database.query(
            Statement(
                unprepared: """
                    SELECT extract(epoch FROM max(pg_xact_commit_timestamp(h.xmin)))::float8
                        - (SELECT extract(epoch FROM min(pg_xact_commit_timestamp(e.xmin)))::float8 FROM events e)
                    FROM handoffs h
                    """))
        return try rows[0].value(0, as: Double.self)
    }

    private func finished(_ database: Database, _ what: String) async throws -> Int {
        let rows = try await database.query(Statement(unprepared: "SELECT count(*) FROM \(what)"))
        return Int(try rows[0].value(0, as: Int64.self))
    }

    private func wait(_ what: String, _ condition: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(300)
        while try await !condition() {
            guard ContinuousClock.now < end else { throw BenchFailure(what: "waited in vain until \(what)") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func withDatabase(_ body: (Database) async throws -> Void) async throws {
        let database = Database(try servers.databaseSettings(), size: 2)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await database.run() }
            try await body(database)
            group.cancelAll()
        }
    }

    private func json(_ values: [String: Any]) -> String {
        guard let data = try? JSONSerialization.data(withJSONObject: values, options: [.sortedKeys]) else {
            return "{}"
        }
        return String(decoding: data, as: UTF8.self)
    }
}

/// Why nothing could be measured.
struct BenchFailure: Error, CustomStringConvertible {
    let what: String
    var description: String { "bench failed: \(what)" }
}
