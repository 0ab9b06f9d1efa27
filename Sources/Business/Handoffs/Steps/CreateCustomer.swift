import Connectors
import Crypto
import FoundationEssentials
import Sagas
import Workers

/// The customer in the ERP: shared between deals, so it is made under a claim and changed only when it differs.
struct CreateCustomer: Step {
    static let name = "create-customer"
    let target = "ERP"
    let erp: any ERP

    func claim(for plan: HandoffPlan) -> Claim? {
        Claim(target: target, thing: "customer", naturalKey: plan.customerNaturalKey)
    }

    func find(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        guard let id = try await erp.findCustomer(as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: id, origin: .created))
    }

    func find(_ externalID: String, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Found {
        guard try await erp.hasCustomer(externalID, as: Call(for: attempt)) else { return .absent }
        return .present(Receipt(externalID: externalID, origin: .linked))
    }

    func perform(for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Receipt {
        let hash = Self.hash(of: plan.customer)
        guard let known = attempt.claimed else {
            let id = try await erp.createCustomer(plan.customer, as: Call(for: attempt))
            return Receipt(externalID: id, origin: .created, contentHash: hash)
        }
        if known.contentHash == hash {
            return Receipt(externalID: known.externalID, origin: .linked, contentHash: hash)
        }
        try await erp.updateCustomer(known.externalID, to: plan.customer, as: Call(for: attempt))
        return Receipt(externalID: known.externalID, origin: .updated, contentHash: hash)
    }

    /// Other deals may have linked it meanwhile, and it says nothing about this one.
    func compensate(_ receipt: Receipt, for plan: HandoffPlan, on attempt: SagaAttempt) async throws -> Undone {
        .kept(because: "it is shared with other deals", owner: nil)
    }

    private static func hash(of customer: CustomerRecord) -> String {
        let parts = [customer.name, customer.legalEntity, customer.taxID ?? "", customer.email ?? ""]
        let digest = SHA256.hash(data: Data(parts.joined(separator: "\u{1F}").utf8))
        return digest.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }
}
