import CoreMetrics
import Synchronization
import Testing

@testable import Observability

@Suite struct CollectorTests {
    private struct Broken: Error {}

    @Test("collected gauges are asked for at each scrape and show what is true then")
    func collected() async {
        let registry = PrometheusRegistry()
        let age = Mutex(1.0)
        registry.setCollector {
            [
                GaugeSample(MetricNames.oldestDue, "deal-events", value: age.withLock { $0 }),
                GaugeSample(MetricNames.open, "ready", "deal-events", value: 3),
                GaugeSample(MetricNames.open, "waiting", "deal-events", value: 4),
            ]
        }
        let first = await registry.render()
        #expect(first.contains("baton_oldest_due_seconds{queue=\"deal-events\"} 1\n"))
        #expect(
            first.contains(
                """
                # HELP baton_handoffs_open Handoffs that are not closed, by state and queue. \
                The same from every worker: take the maximum, not the sum.
                # TYPE baton_handoffs_open gauge
                baton_handoffs_open{queue="deal-events",state="ready"} 3
                baton_handoffs_open{queue="deal-events",state="waiting"} 4

                """))
        age.withLock { $0 = 2.5 }
        #expect(await registry.render().contains("baton_oldest_due_seconds{queue=\"deal-events\"} 2.5\n"))
    }

    @Test("a collector that fails costs its gauges only, and is counted")
    func failing() async {
        let registry = PrometheusRegistry()
        registry.setCollector { throw Broken() }
        Counter(label: "kept", factory: registry).increment()
        _ = await registry.render()
        let text = await registry.render()
        #expect(text.contains("kept 1\n") && text.contains("baton_scrape_errors_total 2\n"))
        registry.setCollector { [GaugeSample(name: "back", help: "It is back.", value: 1)] }
        let repaired = await registry.render()
        #expect(repaired.contains("# HELP back It is back.\n# TYPE back gauge\nback 1\n"))
        #expect(repaired.contains("baton_scrape_errors_total 2\n"))
    }

    @Test(
        "a collector that hangs and heeds no cancellation is left behind, and not asked again meanwhile",
        .timeLimit(.minutes(1)))
    func hanging() async throws {
        let registry = PrometheusRegistry(collectorLimit: .milliseconds(50))
        let calls = Atomic<Int>(0)
        let (ends, end) = AsyncStream<Void>.makeStream()
        let gate = Gate()
        registry.setCollector {
            calls.add(1, ordering: .relaxed)
            await gate.pass()
            end.yield()
            return [GaugeSample(name: "late", help: "", value: 1)]
        }
        #expect(await registry.render().contains("baton_scrape_errors_total 1\n"))
        #expect(await registry.render().contains("baton_scrape_errors_total 2\n"))
        #expect(calls.load(ordering: .relaxed) == 1)
        gate.open()
        for await _ in ends { break }
        // The collector has returned; the registry learns of it a moment later.
        while !(await registry.render().contains("late 1\n")) { await Task.yield() }
        #expect(calls.load(ordering: .relaxed) >= 2)
    }
}

/// Holds whoever comes until it is opened, cancelled or not.
final class Gate: Sendable {
    private enum State {
        case closed([CheckedContinuation<Void, Never>])
        case open
    }

    private let state = Mutex(State.closed([]))

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                guard case .closed(let waiting) = state else { return true }
                state = .closed(waiting + [continuation])
                return false
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard case .closed(let waiting) = state else { return [] }
            state = .open
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
