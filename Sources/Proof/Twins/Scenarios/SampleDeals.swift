import Deals
import FoundationEssentials
import Handoffs
import Sagas

/// Deals for the scenarios: small, complete, and told apart by a few words.
enum SampleDeals {
    /// A version of a contract as it arrives.
    static func arrival(
        _ version: Int = 1, kind: Arrival.Kind = .complete, opportunity: String = "O-1", contract: String = "CT-1",
        event: String? = nil, total: Int64 = 90_000,
        customer: (name: String, taxID: String) = ("Acme GmbH", "DE811907980")
    ) throws -> Arrival {
        let body = """
            {"opportunity":"\(opportunity)","contract":"\(contract)","version":\(version),"stage":"Closed Won",
             "approval":{"status":"approved","approver":"Petra Lang","approvedAt":"2026-11-20T16:05:00Z"},
             "deliveryOwner":{"name":"Jonas Weber","email":"jonas.weber@example.com"},
             "legalEntity":"DE01","currency":"EUR",
             "customer":{"name":"\(customer.name)","taxId":"\(customer.taxID)","email":"ap@acme.example","country":"DE"},
             "contractPeriod":{"start":"2027-01-01","end":"2027-12-31"},"totalMinor":\(total),
             "lines":[{"number":\(version),"service":"IMPL-CORE","description":"Part \(version)",
              "amountMinor":\(total),"billing":{"model":"fixed_fee","installments":3}}],
             "milestones":[],"paymentTermsDays":30}
            """
        let deal = try Deal(canonicalBytes: Array(body.utf8))
        var arrival = Arrival(
            source: "salesforce", eventID: event ?? "\(opportunity)-\(contract)-\(version)",
            correlationID: "corr-\(opportunity)", opportunity: opportunity, contract: contract, version: version,
            kind: kind, body: String(decoding: deal.canonicalBytes, as: UTF8.self), contentHash: deal.contentHash,
            customer: deal.customer.name, totalMinor: total, currency: "EUR")
        if kind == .cancel {
            arrival.contentHash = "cancelled \(version)"
            arrival.body = "{}"
        }
        return arrival
    }
}
