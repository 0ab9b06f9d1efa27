import Catalogs
import Connectors
import Deals
import Foundation
import Sagas
import Synchronization
import Twins
import Workers

@testable import Handoffs

/// Planning over systems in memory that count what they are asked.
struct PlanningDesk: Sendable {
    let targets: MemoryTargets
    let asked: Asked
    let catalog: Catalog?

    /// Plans by the shipped catalog, as `change` alters it.
    init(_ change: (inout CatalogTables) throws -> Void = { _ in }) throws {
        var tables = try CatalogFolder(at: Self.folder).catalog.tables
        try change(&tables)
        self.init(by: try Catalog(tables))
    }

    /// Plans by `catalog`.
    init(by catalog: Catalog?) {
        targets = MemoryTargets(now: { .now })
        asked = Asked()
        self.catalog = catalog
    }

    /// The shipped catalog's folder.
    static let folder = repository.appending(path: "Catalog").path(percentEncoded: false)
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Tax rates of every country that the tests sell to.
    private static let rates = ["DE": 1900, "FR": 2000, "US": 0, "JP": 1000, "KW": 0]

    var planning: Planning {
        Planning(catalogs: GivenCatalog(catalog), erp: erp, psa: MemoryPSA(targets, through: asked), tax: tax)
    }

    var saga: DealHandoff {
        DealHandoff(
            catalogs: GivenCatalog(catalog), erp: erp, psa: MemoryPSA(targets, through: asked), tax: tax,
            numbers: NoNumbers(), announcements: NoNumbers(), now: { preconditionFailure("planning dates nothing") })
    }

    /// The step that makes and changes customers.
    var createCustomer: CreateCustomer { CreateCustomer(erp: erp) }

    private var erp: MemoryERP { MemoryERP(targets, through: asked) }
    private var tax: MemoryTax { MemoryTax(targets, through: asked, rates: Self.rates) }

    func plan(_ deal: Deal, choices: [String: String] = [:], signature: String? = nil) async throws -> PlanDocument {
        try await planning.plan(deal, on: Self.attempt(choices: choices, signature: signature))
    }

    /// The plan as the worker stores it.
    func stored(_ deal: Deal, choices: [String: String] = [:], signature: String? = nil) async throws -> HandoffPlan {
        try await saga.plan(
            String(decoding: deal.canonicalBytes, as: UTF8.self), for: Self.handoff, upon: nil,
            on: Self.attempt(choices: choices, signature: signature))
    }

    /// What the worker refuses a deal with; nil for one that it plans.
    func refusal(_ deal: Deal, choices: [String: String] = [:], signature: String? = nil) async throws -> Refused? {
        do {
            _ = try await stored(deal, choices: choices, signature: signature)
            return nil
        } catch let refused as Refused {
            return refused
        }
    }

    /// Makes a customer as a person does by hand; answers its id.
    func customer(
        _ name: String, entity: String = "DE01", taxID: String? = nil, country: String? = "DE"
    ) -> String {
        targets.createByHand(
            CustomerRecord(
                name: name, legalEntity: entity, taxID: taxID, email: nil, country: country, parentID: nil),
            contacts: [])
        return targets.snapshot.customers.last?.id ?? "-"
    }

    static let handoff = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16))

    static func attempt(choices: [String: String] = [:], signature: String? = nil) -> PlanningAttempt {
        PlanningAttempt(
            correlationID: "test", deadline: .now + .seconds(60), choices: choices, signature: signature)
    }
}

/// A way to the systems that notes each call.
final class Asked: CallGate, Sendable {
    private let verbs = Mutex<[TargetVerb]>([])

    /// Every call so far, in order.
    var all: [TargetVerb] { verbs.withLock { $0 } }

    func call<Value: Sendable>(
        _ verb: TargetVerb, as call: Call, to targets: MemoryTargets, _ send: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        verbs.withLock { $0.append(verb) }
        return try send()
    }
}

/// For planning, which draws no number and announces nothing.
private struct NoNumbers: Numbers, Announcements {
    func draw(from series: String, for key: String) async throws -> Int64 {
        throw Refused(.unknown, "planning draws no number")
    }

    func announce(_ event: Announcement) async throws { throw Refused(.unknown, "planning announces nothing") }
}

/// Deals of the grouped contract, read by its own rules.
enum SoldDeals {
    /// An implementation and advice by the hour, sold by DE01; `change` alters the event's data.
    static func deal(_ change: (inout [String: Any]) -> Void = { _ in }) throws -> Deal {
        try DealDocument.deal(in: data(change))
    }

    static func data(_ change: (inout [String: Any]) -> Void = { _ in }) throws -> [UInt8] {
        var data: [String: Any] = [
            "opportunity": "O-1", "contract": "CT-1", "version": 1, "stage": "Closed Won",
            "approval": ["status": "approved", "approver": "Petra Lang", "approvedAt": "2026-11-20T16:05:00Z"],
            "deliveryOwner": ["name": "Jonas Weber", "email": "jonas.weber@baton.example"],
            "projectManager": ["name": "Aylin Kaya", "email": "aylin.kaya@baton.example"],
            "contractParty": "Baton Europe GmbH", "deliveryRegion": "DACH", "contractType": "sow",
            "sowHash": String(repeating: "9f", count: 32), "currency": "EUR",
            "customer": [
                "name": "Nordwind Energie AG", "taxId": "DE811907980", "country": "DE",
                "billTo": ["street": "Hafenstraße 12", "city": "Hamburg", "country": "DE"],
                "contacts": [["role": "billing", "name": "Accounts Payable", "email": "ap@nordwind.example"]],
            ] as [String: Any],
            "contractPeriod": ["start": "2027-01-01", "end": "2027-12-31"], "totalMinor": 12_500_000,
            "lines": [
                line(1, "IMPL-CORE", 10_000_000, ["model": "fixed_fee", "installments": 12]),
                line(2, "ADVISORY", 2_500_000, ["model": "time_and_materials", "rateCard": "STANDARD"]),
            ],
            "billingTerms": ["terms": "NET30", "invoiceDelivery": "email"],
        ]
        change(&data)
        return Array(try JSONSerialization.data(withJSONObject: data))
    }

    static func line(_ number: Int, _ service: String, _ amount: Int, _ billing: [String: Any]) -> [String: Any] {
        [
            "number": number, "service": service, "description": "\(service) as agreed", "amountMinor": amount,
            "billing": billing,
        ]
    }

    /// Changes one member of the customer.
    static func customer(_ data: inout [String: Any], _ change: (inout [String: Any]) -> Void) {
        var customer = data["customer"] as? [String: Any] ?? [:]
        change(&customer)
        data["customer"] = customer
    }
}

extension PlanDocument {
    /// The kinds of what is wrong.
    var classes: [IncidentClass] { findings.map(\.incidentClass) }
}
