import Foundation
import Hummingbird

extension Desk {
    /// Puts what tests and checkers ask under `/admin`, and `/health`.
    func addAdmin(to router: Router<SandboxContext>) {
        router.get("/health") { _, context in
            try await limited(context) { try respond(Answer(.ok, ["status": "ok"])) }
        }
        router.get("/admin/log") { _, context in
            // Up to what is synced: a line that a crash could take back is not shown.
            let size = ledger.syncedBytes
            guard size > 0 else { return Response(status: .ok, headers: Self.linesOfJSON) }
            let body = try await FileIO().loadFile(path: settings.stateFile, range: 0...(size - 1), context: context)
            return Response(status: .ok, headers: Self.linesOfJSON, body: body)
        }
        router.get("/admin/effects") { request, context in
            try await limited(context) {
                let asking = try await read(request, context)
                return try respond(try await ledger.answer { Answer(.ok, Items(items: Self.effects(in: $0, asking))) })
            }
        }
        router.get("/admin/peaks") { _, _ in try respond(Answer(.ok, traffic.figures)) }
        router.delete("/admin/peaks") { _, _ in
            traffic.resetPeaks()
            return try respond(Answer(.ok, traffic.figures))
        }
        router.get("/admin/faults") { _, _ in try respond(Answer(.ok, faults.rules)) }
        router.put("/admin/faults") { request, context in
            try await limited(context) {
                faults.replace(with: try Self.rules(try await read(request, context).body))
                return try respond(Answer(.ok, faults.rules))
            }
        }
        router.delete("/admin/faults") { _, _ in
            faults.replace(with: [])
            return try respond(Answer(.ok, faults.rules))
        }
    }

    private static let linesOfJSON: HTTPFields = [.contentType: "application/x-ndjson"]

    private struct EffectCount: Encodable, Sendable {
        let system: SystemName
        let verb: Verb
        let key: String
        let count: Int
    }

    private static func effects(in world: World, _ asking: Asking) -> [EffectCount] {
        let above = asking.query["above"].flatMap { Int($0) } ?? 0
        return world.counts
            .filter { name, count in
                count > above && (asking.query["key"] ?? name.key) == name.key
                    && (asking.query["verb"] ?? name.verb.rawValue) == name.verb.rawValue
                    && (asking.query["system"] ?? name.verb.system.rawValue) == name.verb.system.rawValue
            }
            .map { EffectCount(system: $0.key.verb.system, verb: $0.key.verb, key: $0.key.key, count: $0.value) }
            .sorted { ($0.verb.rawValue, $0.key) < ($1.verb.rawValue, $1.key) }
    }

    private static func rules(_ body: Data) throws -> [FaultRule] {
        let rules: [FaultRule]
        do {
            rules = try JSON.decoder.decode([FaultRule].self, from: body)
        } catch {
            throw Refusal(.badRequest, "wrong_body", "the body is not a list of fault rules: \(error)")
        }
        for (index, rule) in rules.enumerated() {
            if let complaint = rule.complaint {
                throw Refusal(.badRequest, "wrong_rule", "rule \(index + 1): \(complaint)")
            }
        }
        return rules
    }
}
