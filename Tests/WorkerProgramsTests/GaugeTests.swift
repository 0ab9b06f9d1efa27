import Observability
import Testing
import Workers

@testable import Fleet
@testable import WorkerPrograms

@Suite struct GaugeTests {
    private func value(_ samples: [GaugeSample], _ name: String, _ labels: [String: String]) -> Double? {
        samples.first { $0.name == name && $0.labels == labels }?.value
    }

    private let idle = StoreGauges.Reading(open: [], incidents: [], oldest: [], heldUp: [], targets: [], paused: [])

    @Test("SUP-3.4 what there could be is told as 0, so that no series is gone when nothing is wrong")
    func zero() {
        let samples = Gauges.samples(of: idle)
        #expect(value(samples, "baton_handoffs_open", ["state": "parked", "queue": "deal-events"]) == 0)
        #expect(value(samples, "baton_oldest_due_seconds", ["queue": "billing-schedules"]) == 0)
        for known in IncidentClass.allCases {
            let labels = ["owner": known.owner.rawValue, "class": known.rawValue]
            #expect(value(samples, "baton_incidents_open", labels) == 0, "\(known)")
        }
        #expect(value(samples, "baton_oldest_incident_seconds", ["owner": "finance"]) == 0)
        #expect(value(samples, "baton_paused", ["kind": "target", "name": "ERP"]) == 0)
        #expect(value(samples, "baton_paused", ["kind": "queue", "name": "status-feedback"]) == 0)
        #expect(value(samples, "baton_target_shut_seconds", ["target": "PSA"]) == 0)
        #expect(Set(samples.map { "\($0.name) \($0.labels.sorted { $0.key < $1.key })" }).count == samples.count)
    }

    @Test("SUP-3.4 what is there takes the zero's place, and money is in the currency's own unit")
    func told() {
        let samples = Gauges.samples(
            of: StoreGauges.Reading(
                open: [
                    .init(state: "parked", queue: "deal-events", count: 3, oldestDueSeconds: 0),
                    .init(state: "ready", queue: "deal-events", count: 1, oldestDueSeconds: 7),
                ],
                incidents: [.init(owner: "finance", incidentClass: "tax_unknown", count: 2)],
                oldest: [.init(owner: "finance", seconds: 3600)],
                heldUp: [.init(currency: "EUR", totalMinor: 990_050), .init(currency: "JPY", totalMinor: 5000)],
                targets: [.init(name: "ERP", shutSeconds: 4)], paused: [.init(kind: "target", name: "ERP")]))
        #expect(value(samples, "baton_handoffs_open", ["state": "parked", "queue": "deal-events"]) == 3)
        #expect(value(samples, "baton_oldest_due_seconds", ["queue": "deal-events"]) == 7)
        #expect(value(samples, "baton_incidents_open", ["owner": "finance", "class": "tax_unknown"]) == 2)
        #expect(value(samples, "baton_oldest_incident_seconds", ["owner": "finance"]) == 3600)
        #expect(value(samples, "baton_held_up_amount", ["currency": "EUR"]) == 9900.5)
        #expect(value(samples, "baton_held_up_amount", ["currency": "JPY"]) == 5000)
        #expect(value(samples, "baton_paused", ["kind": "target", "name": "ERP"]) == 1)
        #expect(value(samples, "baton_target_shut_seconds", ["target": "ERP"]) == 4)
    }
}
