import Foundation

@testable import PostgreSQL

/// A PostgreSQL server for one test, in a folder and on a port of its own, with TLS.
final class PrivateServer {
    let port: UInt16
    let folder: String
    private let process: Process

    /// Where Debian keeps the server's programs.
    private static let programs = "/usr/lib/postgresql/15/bin"

    /// Starts the server; its password is "tr0ub4dor" and its certificate is for the name `localhost` only.
    static func with<Value>(
        settings: [String: String] = [:], _ body: (PrivateServer) async throws -> Value
    ) async throws -> Value {
        let server = try PrivateServer(settings: settings)
        defer { server.stop() }
        let probe = try DatabaseSettings(server.address(host: "127.0.0.1"), password: Secret("tr0ub4dor"))
        try await eventually("the private server answers") {
            do {
                try await Database(probe).script("SELECT 1")
                return true
            } catch let error as PostgreSQLError where error.isConnectionLoss {
                return false
            }
        }
        return try await body(server)
    }

    func address(host: String, _ more: String = "") -> String {
        "host=\(host) port=\(port) dbname=postgres user=postgres \(more)"
    }

    private init(settings: [String: String]) throws {
        port = try unusedPort()
        folder = NSTemporaryDirectory() + "baton-pg-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try Self.run(folder, Self.certificates)
        try Data("tr0ub4dor\n".utf8).write(to: URL(fileURLWithPath: folder + "/password"))
        // The server refuses to run as root, and a key that others may read.
        if getuid() == 0 { try Self.run(folder, "chown -R postgres .") }
        let options = "-D data -U postgres -A scram-sha-256 --pwfile=password -E UTF8 --locale=C --no-sync"
        try Self.run(folder, Self.asServer + "\(Self.programs)/initdb \(options)")
        let fixed = [
            "listen_addresses": "127.0.0.1", "port": "\(port)", "unix_socket_directories": "", "ssl": "on",
            "fsync": "off", "ssl_cert_file": folder + "/server.crt", "ssl_key_file": folder + "/server.key",
        ]
        let flags = fixed.merging(settings) { $1 }.map { "-c \($0)='\($1)'" }.joined(separator: " ")
        process = Self.shell(folder, "exec " + Self.asServer + "\(Self.programs)/postgres -D data \(flags) 2>log")
        try process.run()
    }

    /// Crashes the server's processes at once, which rolls back whatever runs.
    func stop() {
        do {
            try Self.run(folder, Self.asServer + "\(Self.programs)/pg_ctl -D data -m immediate -w stop")
            process.waitUntilExit()
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            print("a private server could not be stopped: \(error)")
        }
    }

    private static var asServer: String {
        getuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --init-groups " : ""
    }

    private static let certificates = """
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test-ca \
            -keyout ca.key -out ca.crt && \
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost \
            -keyout server.key -out server.csr && \
        printf 'subjectAltName=DNS:localhost' > names && \
        openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names \
            -out server.crt && chmod 600 server.key
        """

    private static func run(_ folder: String, _ command: String) throws {
        let process = shell(folder, "{ \(command); } >>setup.log 2>&1")
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw NeverHappened(what: "\(command), see \(folder)/setup.log") }
    }

    private static func shell(_ folder: String, _ command: String) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        return process
    }
}
