import Sagas
import Workers

extension HTTPCaller {
    /// Whether there is a thing under `path`.
    func has(_ path: String, verb: String, as call: Call) async throws -> Bool {
        let answer = try await get(path, verb: verb, as: call, accepting: SandboxWire.isMissing)
        return !SandboxWire.isMissing(answer)
    }

    /// Takes back what is under `path`; what is not there any more counts as taken back.
    func undo(_ path: String, verb: String, as call: Call) async throws -> Undone {
        func isFinal(_ answer: HTTPAnswer) -> Bool {
            SandboxWire.Problem.details(of: answer)?.code == "already_invoiced"
        }
        do {
            let answer = try await delete(path, verb: verb, as: call) { SandboxWire.isMissing($0) || isFinal($0) }
            guard isFinal(answer) else { return .undone }
            return .kept(because: "\(target) says already_invoiced", owner: .finance)
        } catch let refused as Refused {
            throw Refused(.undoRefused, refused.reason, said: refused.said)
        }
    }
}
