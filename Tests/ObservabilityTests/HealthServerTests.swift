import CoreMetrics
import Foundation
import Logging
import Observability
import ServiceLifecycle
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite struct HealthServerTests {
    private let registry = PrometheusRegistry()

    @Test("a process that turns is live, whatever its checks say", .timeLimit(.minutes(1)))
    func live() async throws {
        try await serving([HealthServer.Check("broker") { "refused" }]) { get in
            let answer = try await get("GET", "/health/live")
            #expect(answer.status == 200 && answer.body == #"{"live":true}"#)
        }
    }

    @Test("a worker whose checks all hold is ready", .timeLimit(.minutes(1)))
    func ready() async throws {
        try await serving([HealthServer.Check("broker") { nil }, HealthServer.Check("database") { nil }]) { get in
            let answer = try await get("GET", "/health/ready")
            #expect(answer.status == 200 && answer.type == "application/json")
            #expect(answer.body == #"[{"name":"broker","ok":true},{"name":"database","ok":true}]"#)
        }
    }

    @Test("a worker with one failing check is not ready and says why", .timeLimit(.minutes(1)))
    func notReady() async throws {
        let checks: [HealthServer.Check] = [
            HealthServer.Check("broker") { nil }, HealthServer.Check("schema") { "version 3 is not known" },
        ]
        try await serving(checks) { get in
            let answer = try await get("GET", "/health/ready")
            #expect(answer.status == 503)
            let failed = #"{"name":"schema","ok":false,"why":"version 3 is not known"}"#
            #expect(answer.body == #"[{"name":"broker","ok":true},"# + failed + "]")
        }
    }

    @Test("SUP-3.1 a check that hangs fails alone, in time, and under its name", .timeLimit(.minutes(1)))
    func hanging() async throws {
        let gate = Gate()
        let checks: [HealthServer.Check] = [
            HealthServer.Check("database") {
                await gate.pass()
                return nil
            },
            HealthServer.Check("broker") { nil },
        ]
        try await serving(checks, checkLimit: .milliseconds(50)) { get in
            let answer = try await get("GET", "/health/ready")
            #expect(answer.status == 503)
            #expect(
                answer.body == #"[{"name":"database","ok":false,"why":"no answer within 0.05 seconds"},"#
                    + #"{"name":"broker","ok":true}]"#)
        }
        gate.open()
    }

    @Test("metrics are served as Prometheus text", .timeLimit(.minutes(1)))
    func metrics() async throws {
        Counter(label: "served_total", factory: registry).increment()
        try await serving { get in
            let answer = try await get("GET", "/metrics")
            #expect(answer.status == 200 && answer.type == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer.body.contains("served_total 1\n"))
        }
    }

    @Test(
        "all else is not found, in JSON", .timeLimit(.minutes(1)),
        arguments: [("GET", "/"), ("GET", "/health"), ("GET", "/health/ready/"), ("POST", "/nothing")])
    func notFound(method: String, path: String) async throws {
        try await serving { get in
            let answer = try await get(method, path)
            #expect(answer.status == 404 && answer.type == "application/json")
            #expect(answer.body.hasPrefix(#"{"error":"#))
        }
    }

    @Test(
        "SUP-3.2 a HEAD request is answered as a GET, without a body", .timeLimit(.minutes(1)),
        arguments: [("/health/live", 200), ("/health/ready", 503), ("/metrics", 200), ("/nothing", 404)])
    func head(path: String, status: Int) async throws {
        try await serving([HealthServer.Check("broker") { "away" }]) { get in
            let answer = try await get("HEAD", path)
            #expect(answer.status == status && answer.body.isEmpty)
        }
    }

    @Test(
        "SUP-3.2 what is there takes GET and HEAD only, and says so", .timeLimit(.minutes(1)),
        arguments: [("POST", "/health/live"), ("DELETE", "/metrics"), ("PUT", "/health/ready")])
    func method(method: String, path: String) async throws {
        try await serving { get in
            let answer = try await get(method, path)
            #expect(answer.status == 405 && answer.allow == "GET, HEAD")
        }
    }

    @Test("a port that is taken ends the service with the address in the error", .timeLimit(.minutes(1)))
    func taken() async throws {
        try await serving { _, port in
            let second = HealthServer(port: port, registry: registry, logger: silent)
            let error = await #expect(throws: HealthServerError.self) { try await second.run() }
            #expect(error?.description.contains("127.0.0.1 port \(port)") == true)
        }
    }

    @Test("a client that never finishes its request does not hold up the stop", .timeLimit(.minutes(1)))
    func unfinished() async throws {
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        try await serving { get, port in
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let isConnected = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            #expect(isConnected)
            let half = Array("GET /health/live HTTP/1.1\r\nHost: x\r\n".utf8)
            #expect(send(client, half, half.count, 0) == half.count)
            // An answer on a later connection shows that the half request has been accepted.
            let answer = try await get("GET", "/health/live")
            #expect(answer.status == 200)
        }
    }

    @Test("in a group it outlives the services that stop before it", .timeLimit(.minutes(1)))
    func order() async throws {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let server = HealthServer(registry: registry, logger: silent) { port.yield($0) }
        let worker = LastLook(ports: ports)
        let group = ServiceGroup(services: [server, worker], logger: silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            await worker.started()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(worker.sawServer)
    }

    private typealias Get = (_ method: String, _ path: String) async throws -> Answer

    private func serving(
        _ checks: [HealthServer.Check] = [], checkLimit: Duration = .seconds(5),
        _ use: (@escaping Get) async throws -> Void
    ) async throws {
        try await serving(checks, checkLimit: checkLimit) { get, _ in try await use(get) }
    }

    /// Runs a server on a free port while `use` asks it, and stops it gracefully.
    private func serving(
        _ checks: [HealthServer.Check] = [], checkLimit: Duration = .seconds(5),
        _ use: (@escaping Get, Int) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let server = HealthServer(
            registry: registry, checks: checks, checkLimit: checkLimit, logger: silent
        ) { port.yield($0) }
        let group = ServiceGroup(services: [server], logger: silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { port.finish() }
                try await group.run()
            }
            for await bound in ports {
                try await use({ try await Answer(method: $0, port: bound, path: $1) }, bound)
                await group.triggerGracefulShutdown()
            }
            try await tasks.waitForAll()
        }
    }
}

private let silent = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }

/// What a server answered.
private struct Answer {
    let status: Int
    let type: String
    let allow: String?
    let body: String

    init(method: String, port: Int, path: String) async throws {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
        request.httpMethod = method
        let session = URLSession(configuration: .ephemeral)
        defer { session.invalidateAndCancel() }
        let (data, response) = try await session.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        status = http.statusCode
        type = http.value(forHTTPHeaderField: "Content-Type") ?? ""
        allow = http.value(forHTTPHeaderField: "Allow")
        body = String(decoding: data, as: UTF8.self)
    }
}
