import Deals
import Fleet
import Foundation
import Handoffs
import Observability
import Workers

/// The gauges whose truth is in the store and at the broker.
enum Gauges {
    static func collect(from process: WorkerProcess<DealHandoff>, queue: Queue) async throws -> [GaugeSample] {
        var samples = Self.samples(of: try await StoreGauges(database: process.database).read())
        if let depth = try await process.deadLetters() {
            let copies = try await StoreGauges(database: process.database).standingCopies()[queue.name] ?? 0
            samples.append(
                GaugeSample(MetricNames.deadLettersUncollected, queue.name, value: Double(max(depth - copies, 0))))
        }
        return samples
    }

    /// The states in which a handoff is open.
    private static let openStates = ["behind", "ready", "running", "waiting", "parked"]

    /// What there could be is told as 0: a series that is gone is no number, and nobody can wait for its end.
    static func samples(of reading: StoreGauges.Reading) -> [GaugeSample] {
        var counts: [[String]: Double] = [:]
        var oldestDue: [String: Double] = [:]
        for queue in Queue.all.map(\.name) {
            oldestDue[queue] = 0
            for state in openStates { counts[[state, queue]] = 0 }
        }
        for row in reading.open {
            counts[[row.state, row.queue]] = Double(row.count)
            oldestDue[row.queue] = max(oldestDue[row.queue] ?? 0, row.oldestDueSeconds)
        }
        var incidents: [[String]: Double] = [:]
        for known in IncidentClass.allCases { incidents[[known.owner.rawValue, known.rawValue]] = 0 }
        for row in reading.incidents { incidents[[row.owner, row.incidentClass]] = Double(row.count) }
        var oldest: [String: Double] = [:]
        for owner in IncidentClass.Owner.allCases { oldest[owner.rawValue] = 0 }
        for row in reading.oldest { oldest[row.owner] = row.seconds }
        var paused: [[String]: Double] = [:]
        for queue in Queue.all.map(\.name) { paused[["queue", queue]] = 0 }
        for target in DealHandoff.targetNames { paused[["target", target]] = 0 }
        for row in reading.paused { paused[[row.kind, row.name]] = 1 }
        var shut: [String: Double] = [:]
        for target in DealHandoff.targetNames { shut[target] = 0 }
        for row in reading.targets { shut[row.name] = row.shutSeconds }
        var samples = counts.map { GaugeSample(MetricNames.open, $0.key[0], $0.key[1], value: $0.value) }
        samples += oldestDue.map { GaugeSample(MetricNames.oldestDue, $0.key, value: $0.value) }
        samples += incidents.map { GaugeSample(MetricNames.incidentsOpen, $0.key[0], $0.key[1], value: $0.value) }
        samples += oldest.map { GaugeSample(MetricNames.oldestIncident, $0.key, value: $0.value) }
        samples += paused.map { GaugeSample(MetricNames.paused, $0.key[0], $0.key[1], value: $0.value) }
        samples += shut.map { GaugeSample(MetricNames.targetShutSeconds, $0.key, value: $0.value) }
        samples += reading.heldUp.map { GaugeSample(MetricNames.heldUp, $0.currency, value: amount($0)) }
        return samples
    }

    /// In the currency's own unit, as other systems count money.
    private static func amount(_ row: StoreGauges.HeldUp) -> Double {
        Double(row.totalMinor) / pow(10, Double(Currency(row.currency)?.exponent ?? 0))
    }
}
