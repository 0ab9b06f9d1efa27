import Deals
import Foundation
import Handoffs
import Logging
import Mappings
import Observability
import Sagas
import Settings

/// Answers what a deal would come to by the worker's own rules, and writes nothing.
struct CheckDesk: Sendable {
    /// What callers have to show; nil where nobody may call.
    let token: BearerToken?
    let planning: Planning
    /// Whether targets may be asked what exists.
    let asksTargets: Bool
    /// How long they may take in all.
    let time: Duration
    /// How long one request may compute.
    let computeTime: Duration
    /// What reads what sources send in their own words.
    let mappings: [any SourceMapping]
    /// Where deals are read and planned: a task of its own, as a deadline starts one, would compute on the serving threads.
    let workbench: Workbench
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
        let start = ContinuousClock.now
        let deal: Deal
        do {
            deal = try await read(body)
        } catch let error as Rejection {
            let findings = error.findings.map {
                PlanFinding(error.incidentClass, $0.path, $0.text, cure: $0.cure, owner: $0.owner)
            }
            return try answer(Verdict(findings, omitted: error.omitted))
        }
        let (document, notChecked) = try await looked(at: deal, until: start + time)
        return try answer(verdict(document, notChecked))
    }

    /// The deal as intake would read it, in the time that one request may compute, waiting for its turn included.
    private func read(_ body: [UInt8]) async throws -> Deal {
        let (workbench, mappings, policies) = (workbench, mappings, try await policies())
        let end = ContinuousClock.now + computeTime
        do {
            return try await withDeadline(computeTime) {
                try await workbench.run {
                    try DealDocument.deal(in: body, mappings: mappings, policies: policies) {
                        ContinuousClock.now < end && !Task.isCancelled
                    }
                }
            }
        } catch let error as Rejection where ContinuousClock.now < end {
            throw error
        } catch let error where error is Rejection || error is DeadlinePassed {
            logger.warning("a check was given up", metadata: ["bytes": "\(body.count)"])
            throw tooLong
        }
    }

    private func policies() async throws -> SourcePolicies {
        let (planning, workbench) = (planning, workbench)
        do {
            return try await withDeadline(time) { try await workbench.run { try await planning.policies(at: .now) } }
        } catch let error as CancellationError {
            throw error
        } catch is DeadlinePassed {
            throw tooLate
        } catch {
            throw unreadable(error)
        }
    }

    private var tooLong: Problem {
        Problem(
            .unavailable,
            "judging it took longer than a request may compute, or others took that time: send it again later, or split the "
                + "deal (BATON_GATEWAY_COMPUTE_TIME)")
    }

    private var tooLate: Problem {
        Problem(
            .unavailable,
            "the catalog did not answer in the time for look-ups, or others took that time: send it again later "
                + "(BATON_GATEWAY_CHECK_TIME)")
    }

    private func unreadable(_ error: any Error) -> Problem {
        logger.error("the catalog cannot be read", metadata: ["error": "\(error)"])
        return Problem(.unavailable, "the catalog by which deals are judged cannot be read")
    }

    private func answer(_ verdict: Verdict) throws -> Answer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Answer(.ok, "application/json", bytes: Array(try encoder.encode(verdict)))
    }

    /// The plan with targets asked, or the one without them and what was not looked up: late is worse than partly.
    private func looked(
        at deal: Deal, until end: ContinuousClock.Instant
    ) async throws -> (document: PlanDocument, notChecked: [String]) {
        let (planning, workbench) = (planning, workbench)
        let left = max(end - .now, .zero)
        let attempt = PlanningAttempt.now(correlationID: "check", budget: left)
        if asksTargets {
            do {
                return (
                    try await withDeadline(left) {
                        try await workbench.run { try await planning.plan(deal, on: attempt) }
                    }, []
                )
            } catch let error as CancellationError {
                throw error
            } catch {
                logger.notice("a check was not looked up in full", metadata: ["error": "\(error)"])
            }
        }
        let limit = asksTargets ? Self.catalogTime : left
        do {
            let document = try await withDeadline(limit) {
                try await workbench.run { try await planning.plan(deal, isOffline: true, on: attempt) }
            }
            return (document, [Self.targets])
        } catch let error as CancellationError {
            throw error
        } catch is DeadlinePassed {
            guard asksTargets else { throw tooLate }
            throw Problem(
                .unavailable,
                "the deal was not planned in the \(limit.settingText) that are left without look-ups: "
                    + "send it again later")
        } catch {
            throw unreadable(error)
        }
    }
}
