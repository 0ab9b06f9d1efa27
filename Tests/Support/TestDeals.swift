import Foundation

/// Events about deals, as a publisher that knows only the schema would write them.
public enum TestDeals {
    /// A fixed-fee deal; `change` may alter the event before it is written.
    public static func event(
        id: String? = nil, opportunity: String, contract: String = "CT-1", version: Int = 1,
        stage: String = "Closed Won",
        customer: String = "Acme GmbH", taxID: String = "DE811907980", total: Int = 100_000,
        correlationID: String? = nil, _ change: (inout [String: Any]) -> Void = { _ in }
    ) throws -> [UInt8] {
        var event: [String: Any] = [
            "specversion": "1.0", "id": id ?? uniqueName("event"), "source": "salesforce", "type": "deal.updated.v1",
            "time": "2026-11-21T08:00:00Z",
            "data": [
                "opportunity": opportunity, "contract": contract, "version": version, "stage": stage,
                "approval": [
                    "status": "approved", "approver": "Petra Lang", "approvedAt": "2026-11-20T16:05:00Z",
                ],
                "deliveryOwner": ["name": "Jonas Weber", "email": "jonas.weber@example.com"],
                "legalEntity": "DE01", "currency": "EUR",
                "customer": ["name": customer, "taxId": taxID, "email": "ap@acme.example", "country": "DE"],
                "contractPeriod": ["start": "2027-01-01", "end": "2027-12-31"], "totalMinor": total,
                "lines": [
                    [
                        "number": 1, "service": "IMPL-CORE", "description": "Implementation", "amountMinor": total,
                        "billing": ["model": "fixed_fee", "installments": 3],
                    ]
                ],
                "paymentTermsDays": 30,
            ] as [String: Any],
        ]
        if let correlationID { event["correlationid"] = correlationID }
        change(&event)
        return Array(try JSONSerialization.data(withJSONObject: event, options: [.sortedKeys]))
    }
}
