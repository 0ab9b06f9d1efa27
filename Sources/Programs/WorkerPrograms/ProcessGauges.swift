import Fleet
import Foundation
import Metrics
import Observability

/// What a process says of itself, from its beginning on.
enum ProcessGauges {
    /// Notes which program this is, and since when it runs.
    static func begin(program: String) {
        Gauge(
            label: MetricNames.buildInfo.name,
            dimensions: MetricNames.buildInfo.dimensions(program, "\(Migrator.knownVersion)", compiler)
        ).record(1)
        Gauge(label: MetricNames.processStart.name).record(Date().timeIntervalSince1970)
    }

    private static var compiler: String {
        #if compiler(>=6.4)
            return "6.4 or later"
        #elseif compiler(>=6.3)
            return "6.3"
        #else
            return "6.2"
        #endif
    }
}
