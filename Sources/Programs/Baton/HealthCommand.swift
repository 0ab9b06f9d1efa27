import ArgumentParser
import AsyncHTTPClient
import OperatorConsole

/// What a container runs to know how the program in it is, so that the image needs no other client.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Asks a program of the fleet how it is. Exit code 1 when it is not well.")

    @Argument(help: "What to ask.")
    var url = "http://127.0.0.1:8080/health/ready"

    @Option(help: "Seconds to wait for the answer.")
    var within = 3

    @Flag(help: "Any answer will do; only no answer is ill.")
    var anyAnswer = false

    func validate() throws {
        guard within > 0 else { throw ValidationError("--within must be positive") }
    }

    func run() async throws {
        do {
            let answer = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: url), timeout: .seconds(Int64(within)))
            if anyAnswer || (200..<300).contains(answer.status.code) { return }
            note("\(url) answers \(answer.status.code)")
        } catch {
            note("\(url) does not answer: \(error)")
        }
        throw ExitCode(1)
    }
}
