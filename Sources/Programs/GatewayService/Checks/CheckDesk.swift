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
        guard let token else {
            throw Problem(.notPermitted, "nobody may ask here: the gateway runs without BATON_GATEWAY_TOKEN")
        }
        guard token.isShown(in: authorization) else {
            throw Problem(.notAuthorized, "show the token of BATON_GATEWAY_TOKEN as bearer token")
        }
    }

    /// Everything because of which the worker would refuse the deal in `body`.
    func validate(_ body: [UInt8]) async throws -> Answer {
        try await judge(body) { document, notChecked in Verdict(document.findings, notChecked: notChecked) }
    }

    /// What the worker would do for the deal in `body`, or everything because of which it would refuse it.
    func plan(_ body: [UInt8]) async throws -> Answer {
        try await judge(body) { document, notChecked in
            Verdict(document.findings, notChecked: notChecked, plan: document)
        }
    }

    private func judge(
        _ body: [UInt8], _ verdict: (_ document: PlanDocument, _ notChecked: [String]) -> Verdict
    ) async throws -> Answer {
        let deal: Deal
        do {
            deal = try DealDocument.deal(in: body, mappings: SourceMappings.all())
        } catch {
            let findings = error.findings.map {
                PlanFinding(error.incidentClass, $0.path, $0.text, cure: $0.cure, owner: $0.owner)
            }
            return try answer(Verdict(findings, omitted: error.omitted))
        }
        let (document, notChecked) = try await looked(at: deal)
        return try answer(verdict(document, notChecked))
    }

    private func answer(_ verdict: Verdict) throws -> Answer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Answer(.ok, "application/json", bytes: Array(try encoder.encode(verdict)))
    }

    /// The plan with targets asked, or the one without them and what was not looked up: late is worse than partly.
    private func looked(at deal: Deal) async throws -> (document: PlanDocument, notChecked: [String]) {
        let (planning, time) = (planning, time)
        let attempt = PlanningAttempt.now(correlationID: "check", budget: time)
        if asksTargets {
            do {
                return (try await withDeadline(time) { try await planning.plan(deal, on: attempt) }, [])
            } catch {
                logger.notice("a check was not looked up in full", metadata: ["error": "\(error)"])
            }
        }
        do {
            let document = try await withDeadline(Self.catalogTime) {
                try await planning.plan(deal, isOffline: true, on: attempt)
            }
            return (document, [Self.targets])
        } catch {
            logger.error("the catalog cannot be read", metadata: ["error": "\(error)"])
            throw Problem(.unavailable, "the catalog by which deals are judged cannot be read")
        }
    }
}
