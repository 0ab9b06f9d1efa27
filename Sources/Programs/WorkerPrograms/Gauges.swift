import Fleet
import Handoffs
import Observability
import Workers

/// The gauges whose truth is in the store and at the broker.
enum Gauges {
    static func collect(from process: WorkerProcess<DealHandoff>, queue: Queue) async throws -> [GaugeSample] {
        let (open, incidents, targets) = try await StoreGauges(database: process.database).read()
        var samples = open.map { GaugeSample(MetricNames.open, $0.state, $0.queue, value: Double($0.count)) }
        for (queue, rows) in Dictionary(grouping: open, by: \.queue) {
            let oldest = rows.map(\.oldestDueSeconds).max() ?? 0
            samples.append(GaugeSample(MetricNames.oldestDue, queue, value: oldest))
        }
        samples += incidents.map {
            GaugeSample(MetricNames.incidentsOpen, $0.owner, $0.incidentClass, value: Double($0.count))
        }
        samples += targets.map { GaugeSample(MetricNames.targetShutSeconds, $0.name, value: $0.shutSeconds) }
        if let depth = try await process.deadLetters() {
            samples.append(GaugeSample(MetricNames.deadLettersUncollected, queue.name, value: Double(depth)))
        }
        return samples
    }
}
