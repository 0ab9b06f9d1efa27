import Catalogs
import Connectors
import Deals
import FoundationEssentials
import Sagas
import Workers

/// Says what a deal will do, before it does it: for the worker that then does it, and for everybody who only asks.
///
/// What is wrong with the deal itself comes first, all at once and without a call; only then others are asked, and nothing
/// is changed at any of them.
public struct Planning: Sendable {
    private let catalogs: any CatalogSource
    private let customers: any CustomerMaster
    private let tax: any Tax
    private let steps: HandoffSteps

    /// Plans by the catalog in force; asks `erp` who is known and `tax` how a sale is taxed. Of `psa`, and of the ERP beyond
    /// that, it only says what they will be asked for.
    public init(catalogs: any CatalogSource, erp: any ERP, psa: any PSA, tax: any Tax) {
        self.catalogs = catalogs
        customers = erp
        self.tax = tax
        steps = HandoffSteps(
            erp: erp, psa: psa, numbers: NothingDone(), announcements: NothingDone(),
            now: { preconditionFailure("planning dates nothing") })
    }

    /// How intake would read sources' events at `moment`.
    public func policies(at moment: Timestamp) async throws -> SourcePolicies {
        .inForce(try await catalogInForce(), at: moment)
    }

    /// Everything because of which the worker would refuse `deal` now; empty for a deal that it would plan. Offline, only
    /// what can be said without asking anybody. Throws ``Unavailable`` where somebody cannot be asked now.
    public func validate(
        _ deal: Deal, isOffline: Bool = false, on attempt: PlanningAttempt = .now()
    ) async throws -> [PlanFinding] {
        try await plan(deal, isOffline: isOffline, on: attempt).findings
    }

    /// What `deal` will do, or everything because of which it will do nothing; writes nothing anywhere. Offline, nobody is
    /// asked, and the plan is that for a customer whom nobody knows. A later version of a contract is planned upon `base`.
    public func plan(
        _ deal: Deal, upon base: Base<HandoffPlan>? = nil, isOffline: Bool = false, on attempt: PlanningAttempt = .now()
    ) async throws -> PlanDocument {
        let catalog = try await catalogInForce()
        do {
            let plan = try await plan(
                deal, handoff: PlanDocument.noHandoff, upon: base, by: catalog, isOffline: isOffline, on: attempt)
            return PlanDocument(
                of: deal, plan: plan, calls: PlannedCall.all(of: plan, in: steps.stages(for: plan)),
                catalog: catalog?.version, isOffline: isOffline)
        } catch let refused as Refusal {
            return PlanDocument(of: deal, findings: refused.findings, catalog: catalog?.version, isOffline: isOffline)
        }
    }

    /// The plan of the handoff; refuses a deal with all its findings.
    func plan(
        _ deal: Deal, handoff: UUID, upon base: Base<HandoffPlan>?, on attempt: PlanningAttempt
    ) async throws -> HandoffPlan {
        do {
            return try await plan(
                deal, handoff: handoff, upon: base, by: try await catalogInForce(), isOffline: false, on: attempt)
        } catch let refusal as Refusal {
            throw refusal.refused
        }
    }

    /// A catalog that cannot be read now is waited for like any target that does not answer.
    private func catalogInForce() async throws -> Catalog? {
        do {
            return try await catalogs.current()
        } catch let error where !(error is CancellationError) {
            throw Unavailable(.failure, target: "catalog", reason: "the catalog in force cannot be read: \(error)")
        }
    }

    private func plan(
        _ deal: Deal, handoff: UUID, upon base: Base<HandoffPlan>?, by catalog: Catalog?, isOffline: Bool,
        on attempt: PlanningAttempt
    ) async throws -> HandoffPlan {
        guard let catalog, !isOffline else {
            return try Self.offlinePlan(of: deal, by: catalog, handoff: handoff, upon: base)
        }
        let resolution = Resolution(of: deal, by: catalog)
        if !resolution.findings.isEmpty { throw Refusal(resolution.findings) }
        try Task.checkCancellation()
        do {
            let lookUps = try await ask(about: deal, resolution, attempt)
            try Task.checkCancellation()
            let plan = try HandoffPlan(for: deal, handoff: handoff, upon: base, by: resolution, lookUps)
            try Task.checkCancellation()
            try Self.check(plan, against: deal.expectedPlanHash)
            return plan
        } catch let refused as Refused {
            throw Refusal([PlanFinding(refused)], refused)
        }
    }

    /// The plan of a deal about which nobody is asked: pure.
    static func offlinePlan(
        of deal: Deal, by catalog: Catalog?, handoff: UUID = PlanDocument.noHandoff, upon base: Base<HandoffPlan>? = nil
    ) throws(Refusal) -> HandoffPlan {
        do {
            guard let catalog else {
                let findings = withoutCatalog(deal)
                if !findings.isEmpty { throw Refusal(findings) }
                return try HandoffPlan(for: deal, handoff: handoff, upon: base)
            }
            let resolution = Resolution(of: deal, by: catalog)
            if !resolution.findings.isEmpty { throw Refusal(resolution.findings) }
            return try HandoffPlan(for: deal, handoff: handoff, upon: base, by: resolution, .none)
        } catch let refusal as Refusal {
            throw refusal
        } catch let refused as Refused {
            throw Refusal([PlanFinding(refused)], refused)
        } catch {
            let refused = Refused(.unknown, "planning failed: \(type(of: error))")
            throw Refusal([PlanFinding(refused)], refused)
        }
    }

    private func ask(
        about deal: Deal, _ resolution: Resolution, _ attempt: PlanningAttempt
    ) async throws -> LookUps {
        guard let entity = resolution.entity else { return .none }
        let call = Call(
            key: "plan/\(deal.key)", correlationID: attempt.correlationID, deadline: attempt.deadline)
        var lookUps = try await Inquiry(
            customers: customers, tax: tax, deal: deal, entity: entity.code, resolution: resolution,
            choices: attempt.choices, signature: attempt.signature, call: call
        ).ask()
        lookUps.choices = attempt.choices.filter {
            $0.key == CustomerDecision.customer || $0.key == CustomerDecision.parent
        }
        return lookUps
    }

    /// A deal says which plan it was sent for; another one is not carried out.
    private static func check(_ plan: HandoffPlan, against expected: String?) throws(Refused) {
        guard let expected, let enrichment = plan.enrichment, enrichment.planHash != expected else { return }
        throw Refused(
            .planStale,
            """
            the deal was sent for plan \(expected), and by catalog \(enrichment.catalogVersion) and what exists \
            now it is \(enrichment.planHash)
            """)
    }

    /// A flat deal says all that a plan without a catalog needs; what goes beyond it, a catalog has to explain.
    private static func withoutCatalog(_ deal: Deal) -> [PlanFinding] {
        guard deal.needsCatalog else { return [] }
        return [
            PlanFinding(
                .catalogMissing, "$.data", "needs a catalog, and none is published",
                cure: "Publish one with baton catalog publish.")
        ]
    }
}

/// Who only says what would be done draws no number and announces nothing.
private struct NothingDone: Numbers, Announcements {
    func draw(from series: String, for key: String) async throws -> Int64 {
        throw Refused(.unknown, "planning draws no number")
    }

    func announce(_ event: Announcement) async throws { throw Refused(.unknown, "planning announces nothing") }
}

/// A deal that is not planned, with everything that is wrong.
struct Refusal: Error {
    let findings: [PlanFinding]
    let refused: Refused

    init(_ findings: [PlanFinding], _ refused: Refused? = nil) {
        self.findings = Array(findings.prefix(Validation.mostFindings))
        self.refused = refused ?? findings.refused ?? Refused(.unknown, "refused without a finding")
    }
}

extension PlanningAttempt {
    /// A try that nobody has decided anything for, with the time that a call usually has.
    public static func now(correlationID: String = "plan", budget: Duration = CallTiming.standard.budget) -> Self {
        PlanningAttempt(correlationID: correlationID, deadline: .now + budget)
    }
}

extension Deal {
    /// Whether it says something that only a catalog explains.
    var needsCatalog: Bool {
        legalEntity == nil || paymentTermsDays == nil || billingTerms != nil || contractParty != nil
            || deliveryRegion != nil || contractType != nil || projectManager != nil || !resourceDemand.isEmpty
    }
}

extension PlanFinding {
    /// What a look-up refused, at the part of the deal that it is about.
    init(_ refused: Refused) {
        let (path, cure): (String, String) =
            switch refused.incidentClass {
            case .duplicateCustomer:
                ("$.data.customer", "Say which one it is: baton handoff choose, or merge them in the ERP.")
            case .taxUnknown: ("$.data.customer.country", "Have the tax team set the jurisdiction up.")
            case .sowMismatch:
                ("$.data.sowHash", "Publish a version made from the signed text, or have it signed again.")
            case .planStale: ("$.expectedplanhash", "Look at the plan again and publish a version with its hash.")
            case .targetRefused: ("$.data", "Set right in the system what the reason names, then requeue send.")
            case .amountsDoNotAddUp:
                ("$.data.lines", "Make the parts' billing sum to the lines, in the deal or in services.yml.")
            default: ("$.data", "See the reason.")
            }
        self.init(refused.incidentClass, path, refused.reason, cure: cure)
    }
}
