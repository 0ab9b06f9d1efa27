import Catalogs
import Connectors
import Deals
import Fleet
import FoundationEssentials
import Handoffs
import Sagas
import Workers

/// A story with a known end, to be told with any fault at any place.
package struct Scenario: Sendable, CustomStringConvertible {
    /// Names it in replays.
    package let name: String
    /// What comes from outside, in order.
    package var cues: [Cue]
    /// Whether a refused step takes back what came before it, and asks nobody.
    package var turnsBack: Bool
    /// Whether planning asks the ERP for what it knows.
    package var asksFirst: Bool
    /// What the targets do wrong from the beginning.
    package var faults: [TargetFault]
    /// A project that a person has made by hand.
    package var byHand: ProjectRecord?
    /// A customer that was there before, with its contacts.
    package var known: (customer: CustomerRecord, contacts: [ContactRecord])?
    /// What a catalog adds to every plan; nil where there is none.
    package var provisioning: HandoffPlan.Provisioning?
    /// What else must hold at the end, beside what always must.
    package var end: @Sendable (Tables, TargetWorld) -> [String]

    package init(
        _ name: String, _ cues: [Cue], turnsBack: Bool = false, asksFirst: Bool = false,
        faults: [TargetFault] = [], byHand: ProjectRecord? = nil,
        end: @escaping @Sendable (Tables, TargetWorld) -> [String] = { _, _ in [] }
    ) {
        self.name = name
        self.cues = cues
        self.turnsBack = turnsBack
        self.asksFirst = asksFirst
        self.faults = faults
        self.byHand = byHand
        self.end = end
    }

    package var description: String { name }

    /// Tells it once, with these faults; `seed` shuffles deliveries and sweeps.
    package func run(
        _ faults: [Fault] = [], seed: UInt64? = nil, isTold: Bool = false, setup: Setup = Setup()
    ) async -> Report {
        let plan = Course.Plan(faults: faults, seed: seed, isTold: isTold)
        if let provisioning {
            return await run(plan, setup) { Provisioned(inner: Self.dealHandoff($0), provisioning: provisioning) }
        }
        if turnsBack {
            return await run(plan, setup) { TurningBack(inner: Self.dealHandoff($0)) }
        }
        if asksFirst {
            return await run(plan, setup) { AskingFirst(inner: Self.dealHandoff($0), erp: $0.erp) }
        }
        return await run(plan, setup, saga: Self.dealHandoff)
    }

    private func run<S: Saga>(
        _ plan: Course.Plan, _ setup: Setup, saga: @escaping @Sendable (SimulatedPorts) -> S
    ) async -> Report {
        let company = SimulatedCompany(setup, plan: plan, cues: cues, queues: Queue.all, saga: saga)
        company.targets.arm(self.faults)
        if let known { company.targets.createByHand(known.customer, contacts: known.contacts) }
        if let byHand { _ = company.targets.createByHand(byHand) }
        await company.run()
        let tables = company.database.snapshot
        let world = company.targets.snapshot
        let verdict = Verdict(
            tables: tables, world: world, broker: company.broker, published: company.published, hash: company.hash)
        let complaints = company.course.complaints + verdict.complaints + end(tables, world)
        return Report(
            effects: company.course.effects, complaints: complaints,
            timeline: company.course.timeline + complaints.map { "!! \($0)" }, tables: tables, world: world)
    }

    private static func dealHandoff(_ ports: SimulatedPorts) -> DealHandoff {
        DealHandoff(
            catalogs: GivenCatalog(nil), erp: ports.erp, psa: ports.psa, tax: ports.tax, numbers: ports.numbers,
            announcements: ports.announcements, now: { announced })
    }

    /// What announcements are dated with: no decision hangs on it.
    private static let announced: Timestamp = {
        guard let moment = Timestamp("2026-11-21T08:00:00Z") else { preconditionFailure("that is a moment") }
        return moment
    }()
}
