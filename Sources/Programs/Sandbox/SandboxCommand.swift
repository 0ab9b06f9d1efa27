public import ArgumentParser
import SandboxSystems

/// The stand-in systems' command line.
public struct SandboxCommand: AsyncParsableCommand {
    /// Name and words.
    public static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Stands in for CRM, ERP and PSA over HTTP.",
        discussion: "The state file is the log too: one line of JSON per effect. SIGTERM stops in order.")

    @Option(help: "The address to listen on.") var host = "127.0.0.1"
    @Option(help: "The port to listen on; 0 takes any free one.") var port = 8090
    @Option(help: "The state file; made where missing.") var state: String
    @Option(help: "A file that gets the port once the sandbox listens.") var portFile: String?
    @Option(help: "Milliseconds from the acceptance of a billing schedule to its being active.") var billingDelay = 50
    @Option(help: "The largest request body, in bytes.") var maximumBody = 1 << 20
    @Option(help: "Seconds that a request may take before its connection is closed.") var requestTime = 60

    /// Made by the parser.
    public init() {}

    /// Refuses numbers that cannot work.
    public func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port must be 0 to 65535") }
        guard billingDelay >= 0 else { throw ValidationError("--billing-delay must not be negative") }
        guard maximumBody > 0 else { throw ValidationError("--maximum-body must be positive") }
        guard requestTime > 0 else { throw ValidationError("--request-time must be positive") }
    }

    /// Serves until SIGTERM.
    public func run() async throws {
        let settings = SandboxSettings(
            host: host, port: port, stateFile: state, portFile: portFile,
            billingDelay: .milliseconds(billingDelay), maximumBody: maximumBody, requestTime: .seconds(requestTime))
        try await SandboxServer(settings).run { port in SandboxServer.note("listens on \(settings.host):\(port)") }
    }
}
