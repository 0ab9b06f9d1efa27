import Foundation
import PostgreSQL
import RabbitMQ
import Support
import Testing

/// `make up` is for one person: the machine's others get in nowhere.
@Suite struct PasswordTests {
    @Test(
        "SEC-F16 up asks for the passwords that env prints, and as root neither server runs as root",
        .timeLimit(.minutes(2)))
    func passwords() async throws {
        try await RunFolderTests.withFolder { folder in
            let offset = try await Self.start(in: folder)
            do {
                try await Self.look(in: folder, offset)
            } catch {
                Issue.record(error)
            }
            let (text, status) = try await RunFolderTests.servers("reset", "up", in: folder, offset: offset)
            #expect(status == 0 && !FileManager.default.fileExists(atPath: folder + "/up"), "\(text)")
        }
    }

    /// Starts them on the first ports that are free.
    private static func start(in folder: String) async throws -> Int {
        var said = ""
        for offset in stride(from: 90, through: 10, by: -10) {
            let (text, status) = try await RunFolderTests.servers("start", "up", in: folder, offset: offset)
            if status == 0 { return offset }
            said += text
            guard text.contains("is in use") else { break }
        }
        Issue.record("they do not start: \(said)")
        throw CancellationError()
    }

    private static func look(in folder: String, _ offset: Int) async throws {
        let (text, status) = try await RunFolderTests.servers("env", "up", in: folder, offset: offset)
        #expect(status == 0)
        var printed: [String: String] = [:]
        for match in text.matches(of: /export (\w+)=(\S+)/) {
            printed[String(match.1)] = String(match.2).replacing("\\", with: "")
        }
        let url = try #require(printed["BATON_POSTGRESQL_URL"])
        let amqp = try #require(printed["BATON_AMQP_URL"])
        let password = try String(contentsOfFile: folder + "/up/passwords/postgresql", encoding: .utf8)
            .trimmingCharacters(in: .newlines)
        #expect(password.count == 48 && url.contains(":\(password)@"))
        #expect(try await connects(to: url))
        #expect(try await !connects(to: url.replacing(":\(password)@", with: "@")))
        #expect(try await !connects(to: url.replacing(password, with: "wrong")))
        #expect(await isServed(to: amqp))
        #expect(await !isServed(to: amqp.replacing(/\/\/[^@]+@/, with: "//guest:guest@")))
        for path in ["passwords/postgresql", "passwords/rabbitmq", "rabbitmq.conf"] {
            #expect(try information("\(folder)/up/\(path)").st_mode & 0o777 == 0o600, "\(path)")
        }
        guard getuid() == 0 else { return }
        for file in ["rabbitmq.pid", "epmd.pid"] {
            let pid = try String(contentsOfFile: "\(folder)/up/\(file)", encoding: .utf8)
                .trimmingCharacters(in: .newlines)
            #expect(try information("/proc/\(pid)").st_uid == getpwnam("rabbitmq")?.pointee.pw_uid, "\(file)")
        }
    }

    private static func information(_ path: String) throws -> stat {
        var found = stat()
        let status = lstat(path, &found)
        try #require(status == 0, "\(path)")
        return found
    }

    private static func connects(to url: String) async throws -> Bool {
        var settings = try DatabaseSettings(url)
        settings.applicationName = "test"
        let database = Database(settings, size: 1)
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await database.run() }
            defer { group.cancelAll() }
            do {
                _ = try await database.query(Statement(unprepared: "SELECT 1"))
                return true
            } catch {
                return false
            }
        }
    }

    private static func isServed(to url: String) async -> Bool {
        guard let settings = try? BrokerSettings(urls: [url]) else { return false }
        let publisher = Publisher(settings: settings, patience: .seconds(3))
        return await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            let missing = try? await publisher.missing(queues: [], exchanges: ["amq.topic"])
            await publisher.close()
            group.cancelAll()
            return missing?.isEmpty == true
        }
    }
}
