import CoreMetrics
import Synchronization

/// Keeps what the process counts and times, and renders it as Prometheus text.
///
/// Two metrics of different kinds under one name, which the text format cannot express, are told apart by a suffix.
public final class PrometheusRegistry: MetricsFactory {
    /// Asks for the gauges whose truth lies elsewhere, such as in the database.
    public typealias Collector = @Sendable () async throws -> [GaugeSample]

    private struct State {
        var families: [String: Family] = [:]
        var collector: Collector?
        var isCollecting = false
    }

    private let state = Mutex(State())
    private let helps: [String: String]
    private let collectorLimit: Duration
    private let scrapeErrors = CounterSeries()

    /// Explains its metrics as `names` say and waits for its collector for `collectorLimit` at most.
    public init(names: [MetricName] = MetricNames.all, collectorLimit: Duration = .seconds(2)) {
        helps = Dictionary(names.map { ($0.name, $0.help) }) { first, _ in first }
        self.collectorLimit = collectorLimit
        let name = MetricNames.scrapeErrors.name
        state.withLock { $0.families[name] = Family(kind: .counter, series: ["": scrapeErrors]) }
    }

    /// Asks `collector` for gauges at each scrape; it replaces the one before.
    public func setCollector(_ collector: @escaping Collector) {
        state.withLock { $0.collector = collector }
    }

    /// Everything, as text. If the collector fails or is late, its gauges are missing and the failure is counted.
    public func render() async -> String {
        let samples: [GaugeSample]
        do {
            samples = try await collected()
        } catch {
            // What went wrong is for the collector's owner to log; a scraper sees that the count has grown.
            scrapeErrors.increment(by: Int64(1))
            samples = []
        }
        return render(families(with: samples))
    }

    /// Finds or makes the counter with this name and these labels.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(.counter, label, dimensions) { CounterSeries() }
    }

    /// Finds or makes the counter with this name and these labels.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(.counter, label, dimensions) { CounterSeries() }
    }

    /// Finds or makes the gauge with this name and these labels.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(.gauge, label, dimensions) { GaugeSeries() }
    }

    /// Finds or makes the gauge, or for an aggregate the count and sum, with this name and these labels.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate { return series(.summary, label, dimensions) { SummarySeries() } }
        return series(.gauge, label, dimensions) { GaugeSeries() }
    }

    /// Finds or makes the histogram with this name and these labels.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(.histogram, label, dimensions) { HistogramSeries() }
    }

    /// Forgets a counter.
    public func destroyCounter(_ handler: any CounterHandler) { forget(handler) }
    /// Forgets a counter.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { forget(handler) }
    /// Forgets a gauge.
    public func destroyMeter(_ handler: any MeterHandler) { forget(handler) }
    /// Forgets a gauge or summary.
    public func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }
    /// Forgets a histogram.
    public func destroyTimer(_ handler: any TimerHandler) { forget(handler) }
}

extension PrometheusRegistry {
    /// What the text format calls a metric's type.
    fileprivate enum Kind: String {
        case counter, gauge, summary, histogram
    }

    /// All series of one name, by their labels.
    fileprivate struct Family {
        let kind: Kind
        var series: [String: any Series] = [:]
        var help: String?
    }

    private func series<Kept: Series>(
        _ kind: Kind, _ label: String, _ dimensions: [(String, String)], make: () -> Kept
    ) -> Kept {
        let labels = Exposition.labels(dimensions)
        let plain = Exposition.metricName(label)
        return state.withLock { state in
            let isFree = state.families[plain].map { $0.kind == kind } ?? true
            let name = isFree ? plain : "\(plain)_\(kind.rawValue)"
            if let known = state.families[name]?.series[labels] as? Kept { return known }
            let new = make()
            state.families[name, default: Family(kind: kind)].series[labels] = new
            return new
        }
    }

    private func forget(_ handler: AnyObject) {
        state.withLock { state in
            for (name, family) in state.families {
                guard let labels = family.series.first(where: { $0.value === handler })?.key else { continue }
                state.families[name]?.series[labels] = nil
                if state.families[name]?.series.isEmpty == true { state.families[name] = nil }
            }
        }
    }

    /// The collector's answer. One that still hangs from an earlier scrape is not asked again, lest they pile up.
    private func collected() async throws -> [GaugeSample] {
        let (collector, isBusy) = state.withLock { state in
            let isBusy = state.isCollecting
            if state.collector != nil { state.isCollecting = true }
            return (state.collector, isBusy)
        }
        guard let collector else { return [] }
        if isBusy { throw DeadlinePassed(limit: collectorLimit) }
        return try await withDeadline(collectorLimit) { [self] in
            defer { state.withLock { $0.isCollecting = false } }
            return try await collector()
        }
    }

    /// The kept families and, for this scrape only, the collected ones.
    private func families(with samples: [GaugeSample]) -> [String: Family] {
        var families = state.withLock { $0.families }
        for sample in samples {
            let gauge = GaugeSeries()
            gauge.set(sample.value)
            let name = Exposition.metricName(sample.name)
            let labels = Exposition.labels(sample.labels.map { ($0.key, $0.value) })
            let isFree = families[name].map { $0.kind == .gauge } ?? true
            families[isFree ? name : name + "_gauge", default: Family(kind: .gauge, help: sample.help)]
                .series[labels] = gauge
        }
        return families
    }

    private func render(_ families: [String: Family]) -> String {
        var exposition = Exposition()
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            exposition.begin(name, type: family.kind.rawValue, help: helps[name] ?? family.help ?? "")
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                series.render(name: name, labels: labels, to: &exposition)
            }
        }
        return exposition.text
    }
}
