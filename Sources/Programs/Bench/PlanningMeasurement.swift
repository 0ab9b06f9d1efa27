import Catalogs
import Connectors
import Deals
import Foundation
import Handoffs

/// How fast deals are validated and planned on one core, with nobody asked: needs no servers.
struct PlanningMeasurement {
    /// The folder of the catalog.
    let catalog: String
    /// How many deals are validated.
    let deals: Int

    /// Three lines, as most deals have; and a thousand, which is a large one.
    func run() async throws {
        let catalog = try CatalogFolder(at: catalog).catalog
        let small = try (0..<100).map { try DealDocument.deal(in: try body(number: $0, lines: 3)) }
        guard Validation.findings(on: small[0], by: catalog).isEmpty else {
            throw BenchFailure(what: "the deal cannot be planned: \(Validation.findings(on: small[0], by: catalog))")
        }
        var found = 0
        let validated = ContinuousClock().measure {
            for number in 0..<deals { found += Validation.findings(on: small[number % small.count], by: catalog).count }
        }
        guard found == 0 else { throw BenchFailure(what: "\(found) findings") }
        let bodies = try (0..<100).map { try body(number: $0, lines: 3) }
        let read = try ContinuousClock().measure {
            for number in 0..<(deals / 10) {
                let deal = try DealDocument.deal(in: bodies[number % bodies.count])
                found += Validation.findings(on: deal, by: catalog).count
            }
        }
        let large = try DealDocument.deal(in: try body(number: 0, lines: 1000))
        // Ten deals, each planned twice, as the worker does it; the document with every call comes on top.
        let plain = ContinuousClock().measure {
            found += WhatIf(deals: Array(repeating: large, count: 10), before: catalog, after: catalog).changes.count
        }
        let times = try await plan(large, by: catalog)
        let line: [String: Any] = [
            "phase": "planning", "validated_per_s": (Double(deals) / (validated / .seconds(1))).rounded(),
            "read_and_validated_per_s": (Double(deals / 10) / (read / .seconds(1))).rounded(),
            "plan_1000_lines_ms": milliseconds(plain / 20),
            "document_1000_lines_p50_ms": milliseconds(times[times.count / 2]),
            "document_1000_lines_max_ms": milliseconds(times[times.count - 1]),
        ]
        let json = try JSONSerialization.data(withJSONObject: line, options: [.sortedKeys])
        print(String(decoding: json, as: UTF8.self))
    }

    /// How long each of several plans of `deal` took, shortest first.
    private func plan(_ deal: Deal, by catalog: Catalog) async throws -> [Duration] {
        let (connections, nowhere) = (HTTPConnections(), "http://127.0.0.1")
        let planning = Planning(
            catalogs: GivenCatalog(catalog), erp: Adapter.sandbox.erp(at: nowhere, over: connections),
            psa: Adapter.sandbox.psa(at: nowhere, over: connections),
            tax: Adapter.sandbox.tax(at: nowhere, over: connections))
        var times: [Duration] = []
        for _ in 0..<21 {
            let start = ContinuousClock.now
            let document = try await planning.plan(deal, isOffline: true)
            times.append(ContinuousClock.now - start)
            guard document.plan?.components.count == deal.lines.count else {
                throw BenchFailure(what: "the plan is not whole: \(document.findings)")
            }
        }
        try await connections.shutdown()
        return times.sorted()
    }

    private func milliseconds(_ time: Duration) -> Double { (time / .milliseconds(1) * 100).rounded() / 100 }

    /// The data of a deal of the grouped contract with so many lines.
    private func body(number: Int, lines: Int) throws -> [UInt8] {
        let services = ["IMPL-CORE", "MIGRATION", "INTEGRATION"]
        let sold = (0..<lines).map { line -> [String: Any] in
            [
                "number": line + 1, "service": services[line % services.count], "description": "Line \(line + 1)",
                "amountMinor": 100_003, "billing": ["model": "fixed_fee", "installments": 3] as [String: Any],
            ]
        }
        let person = ["name": "Jonas Weber", "email": "jonas.weber@baton.example"]
        let data: [String: Any] = [
            "opportunity": "O-\(number)", "contract": "CT-\(number)", "version": 1, "stage": "Closed Won",
            "approval": ["status": "approved", "approver": "Petra Lang", "approvedAt": "2026-11-20T16:05:00Z"],
            "deliveryOwner": person, "projectManager": person, "contractParty": "Baton Europe GmbH",
            "deliveryRegion": "DACH", "contractType": "sow", "sowHash": String(repeating: "9f", count: 32),
            "currency": "EUR",
            "customer": [
                "name": "Customer \(number)", "taxId": "DE\(100_000_000 + number)", "country": "DE",
                "billTo": ["street": "Hafenstraße 12", "city": "Hamburg", "country": "DE"],
                "contacts": [["role": "billing", "name": "Accounts Payable", "email": "ap@customer.example"]],
            ] as [String: Any],
            "contractPeriod": ["start": "2027-01-01", "end": "2027-12-31"], "totalMinor": 100_003 * lines,
            "lines": sold, "billingTerms": ["terms": "NET30", "invoiceDelivery": "email"],
        ]
        return Array(try JSONSerialization.data(withJSONObject: data))
    }
}
