import AsyncHTTPClient
import Foundation
import NIOCore

/// The stand-in for CRM, ERP and PSA: a process, its log, and its administration.
struct Sandbox: Sendable {
    let program: ChildProgram
    let url: String

    /// What the sandbox did not do.
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// One rule of its faults, as its administration takes it.
    struct Fault: Encodable, Sendable {
        var system: String?
        var verb: String?
        var match: String?
        var effect: String
        var latencyMs: Int?
        var holdMs: Int?
        var code: String?
        var text: String?
        var probability: Double?
        var seed: UInt64?
    }

    /// Starts it and waits until it answers.
    static func start(executable: String, folder: String) async throws -> Sandbox {
        let portFile = folder + "/sandbox.port"
        let program = try ChildProgram(
            executable, arguments: ["--port", "0", "--port-file", portFile, "--state", folder + "/effects.jsonl"],
            log: folder + "/sandbox.log")
        let giveUp = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < giveUp, program.end == nil {
            let text = (try? String(contentsOfFile: portFile, encoding: .utf8)) ?? ""
            if let port = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) {
                return Sandbox(program: program, url: "http://127.0.0.1:\(port)")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failed(description: "the sandbox does not listen; see \(folder)/sandbox.log")
    }

    /// Replaces the rules by which it fails.
    func fail(by faults: [Fault]) async throws {
        var request = HTTPClientRequest(url: url + "/admin/faults")
        request.method = .PUT
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(faults)))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        guard (200..<300).contains(response.status.code) else {
            throw Failed(description: "the sandbox refused the fault rules: \(response.status)")
        }
    }
}
