import Deals
import Foundation
import Handoffs
import Logging
import Mappings
import Observability
import Sagas

/// Answers what a deal would come to by the worker's own rules, and writes nothing.
struct CheckDesk: Sendable {
    /// What callers have to show; nil where nobody may call.
    let token: BearerToken?
    let planning: Planning
    /// Whether targets may be asked what exists.
    let asksTargets: Bool
    /// How long they may take in all.
    let time: Duration
    let logger: Logger

    /// How long the catalog alone may take, once the time for targets is over: together below a second.
    private static let catalogTime = Duration.milliseconds(150)
    private static let targets = "what exists in the ERP, and how the sale is taxed"

    /// Throws unless the caller may ask.
    func admit(_ authorization: String?) throws(Problem) {
        guard token?.isShown(in: authorization) == true else {
            throw Problem(.notAuthorized, "show the token of BATON_GATEWAY_TOKEN as bearer token")
        }
    }

    /// Everything because of which the worker would refuse the deal in `body`.
    func validate(_ body: [UInt8]) async throws -> Answer {
        try await judge(body) { deal in
            let (findings, notChecked) = await looked { isOffline, attempt in
                try await planning.validate(deal, isOffline: isOffline, on: attempt)
            }
            return Verdict(findings ?? [], notChecked: notChecked)
        }
    }

    /// What the worker would do for the deal in `body`, or everything because of which it would refuse it.
    func plan(_ body: [UInt8]) async throws -> Answer {
        try await judge(body) { deal in
            let (document, notChecked) = await looked { isOffline, attempt in
                try await planning.plan(deal, isOffline: isOffline, on: attempt)
            }
            return Verdict(document?.findings ?? [], notChecked: notChecked, plan: document)
        }
    }

    private func judge(_ body: [UInt8], _ verdict: (Deal) async -> Verdict) async throws -> Answer {
        let found: Verdict
        do {
            found = await verdict(try DealDocument.deal(in: body, mappings: SourceMappings.all()))
        } catch {
            found = Verdict(
                error.findings.map {
                    PlanFinding(error.incidentClass, $0.path, $0.text, cure: $0.cure, owner: $0.owner)
                }, omitted: error.omitted)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Answer(.ok, "application/json", bytes: Array(try encoder.encode(found)))
    }

    /// The answer with targets asked, or the one without them and what was not looked up: late is worse than partly.
    private func looked<Value: Sendable>(
        _ ask: @escaping @Sendable (_ isOffline: Bool, PlanningAttempt) async throws -> Value
    ) async -> (value: Value?, notChecked: [String]) {
        let attempt = PlanningAttempt.now(correlationID: "check", budget: time)
        if asksTargets {
            do {
                return (try await withDeadline(time) { try await ask(false, attempt) }, [])
            } catch {
                logger.notice("a check was not looked up in full", metadata: ["error": "\(error)"])
            }
        }
        do {
            return (try await withDeadline(Self.catalogTime) { try await ask(true, attempt) }, [Self.targets])
        } catch {
            logger.error("a check was made without the catalog", metadata: ["error": "\(error)"])
            return (nil, ["the catalog", Self.targets])
        }
    }
}
