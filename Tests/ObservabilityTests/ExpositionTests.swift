import CoreMetrics
import Testing

@testable import Observability

@Suite struct ExpositionTests {
    private let registry = PrometheusRegistry()

    @Test("a counter is rendered with its help, its type and its labels in order")
    func counter() async {
        let labels = MetricNames.attempts.dimensions("project-provisioning", "create-project")
        let attempts = Counter(label: MetricNames.attempts.name, dimensions: labels, factory: registry)
        attempts.increment()
        attempts.increment(by: 2)
        attempts.increment(by: -5)
        #expect(
            await registry.render() == """
                # HELP baton_attempts_total Attempts at steps, first ones and repetitions.
                # TYPE baton_attempts_total counter
                baton_attempts_total{queue="project-provisioning",step="create-project"} 3
                # HELP baton_scrape_errors_total Scrapes whose gauges could not be collected; the rest was answered.
                # TYPE baton_scrape_errors_total counter
                baton_scrape_errors_total 0

                """)
    }

    @Test("two counters of one name and the same labels are one series, whatever the labels' order")
    func sameSeries() async {
        Counter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
        Counter(label: "c", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment()
        FloatingPointCounter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment(by: 0.5)
        let lines = await lines(of: "c")
        #expect(lines == ["# TYPE c counter", #"c{a="1",b="2"} 2.5"#])
    }

    @Test("a time falls into the first bucket whose bound it does not pass, and buckets add up")
    func histogram() async {
        let labels = MetricNames.callSeconds.dimensions("erp", "create", "done")
        let timer = Timer(label: MetricNames.callSeconds.name, dimensions: labels, factory: registry)
        timer.recordNanoseconds(5_000_000)
        timer.recordNanoseconds(5_000_001)
        timer.recordSeconds(10)
        timer.recordNanoseconds(10_000_000_001)
        timer.recordSeconds(61)
        let shared = #"outcome="done",target="erp",verb="create""#
        let buckets = [
            ("0.005", 1), ("0.01", 2), ("0.025", 2), ("0.05", 2), ("0.1", 2), ("0.25", 2), ("0.5", 2), ("1", 2),
            ("2.5", 2), ("5", 2), ("10", 3), ("30", 4), ("60", 4), ("+Inf", 5),
        ]
        #expect(
            await lines(of: "baton_call_seconds").dropFirst(2) == buckets.map { bound, count in
                "baton_call_seconds_bucket{\(shared),le=\"\(bound)\"} \(count)"
            } + ["baton_call_seconds_sum{\(shared)} 81.010000002", "baton_call_seconds_count{\(shared)} 5"])
    }

    @Test("a histogram without labels is well-formed too")
    func bareHistogram() async {
        Timer(label: "t", factory: registry).recordSeconds(1)
        let lines = await lines(of: "t")
        #expect(lines.contains(#"t_bucket{le="1"} 1"#) && lines.contains("t_count 1"))
    }

    @Test("meters and recorders are gauges, aggregating recorders are summaries")
    func gauges() async {
        let meter = Meter(label: "m", factory: registry)
        meter.set(5)
        meter.increment(by: 1.5)
        meter.decrement(by: 3.0)
        Gauge(label: "g", factory: registry).record(-7)
        let sizes = Recorder(label: "sizes", factory: registry)
        sizes.record(10)
        sizes.record(32.5)
        #expect(await lines(of: "m") == ["# TYPE m gauge", "m 3.5"])
        #expect(await lines(of: "g") == ["# TYPE g gauge", "g -7"])
        #expect(await lines(of: "sizes") == ["# TYPE sizes summary", "sizes_sum 42.5", "sizes_count 2"])
    }

    @Test("label values are escaped, and names get only what names may have")
    func escaping() async {
        let odd = [("a-b", "say \"hi\"\\\n"), ("le", "x"), ("9", "ü\t")]
        Counter(label: "9 lives.total", dimensions: odd, factory: registry).increment()
        #expect(
            await lines(of: "_9_lives_total").last
                == #"_9_lives_total{_9="ü"# + "\t" + #"",a_b="say \"hi\"\\\n",le_="x"} 1"#)
    }

    @Test("one name for two kinds of metric becomes two names")
    func conflict() async {
        Counter(label: "x", factory: registry).increment()
        Timer(label: "x", factory: registry).recordSeconds(1)
        #expect(await lines(of: "x") == ["# TYPE x counter", "x 1"])
        #expect(await lines(of: "x_histogram").first == "# TYPE x_histogram histogram")
    }

    @Test("a destroyed metric is gone, and a new one of its name begins anew")
    func destroyed() async {
        let first = Counter(label: "c", factory: registry)
        first.increment()
        first.destroy()
        #expect(await lines(of: "c").isEmpty)
        Timer(label: "c", factory: registry).recordSeconds(1)
        #expect(await lines(of: "c").first == "# TYPE c histogram")
    }

    @Test(
        "numbers are written as Prometheus reads them",
        arguments: [
            (0.0, "0"), (-0.5, "-0.5"), (1e15, "1000000000000000"), (1e300, "1e+300"), (.infinity, "+Inf"),
            (-.infinity, "-Inf"), (.nan, "NaN"), (0.1, "0.1"),
        ])
    func numbers(value: Double, text: String) {
        #expect(Exposition.number(value) == text)
    }

    @Test("counts from many threads add up")
    func concurrent() async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 { Counter(label: "c", factory: registry).increment() }
                }
            }
        }
        #expect(await lines(of: "c").last == "c 8000")
    }

    @Test("the published names, with their labels, never change")
    func names() {
        #expect(
            MetricNames.all.map { "\($0.name){\($0.labels.joined(separator: ","))}" } == [
                "baton_oldest_due_seconds{queue}", "baton_handoffs_open{state,queue}",
                "baton_incidents_open{owner,class}", "baton_oldest_incident_seconds{owner}",
                "baton_held_up_amount{currency}", "baton_paused{kind,name}", "baton_intake_events_total{outcome}",
                "baton_attempts_total{queue,step}", "baton_call_seconds{target,verb,outcome}",
                "baton_target_shut_seconds{target}", "baton_dead_letters_uncollected{queue}",
                "baton_dead_letters_collected_total{queue,outcome}", "baton_deliveries_kept{queue}",
                "baton_scrape_errors_total{}",
                "baton_build_info{program,schema,compiler}",
                "process_start_time_seconds{}", "baton_gateway_requests_total{operation,source,status}",
                "baton_gateway_unread_total{source}", "baton_gateway_seconds{operation}",
            ])
        #expect(MetricNames.all.allSatisfy { !$0.help.isEmpty })
    }

    private func lines(of name: String) async -> [String] {
        let all = await registry.render().split(separator: "\n").map(String.init)
        guard let start = all.firstIndex(where: { $0.hasPrefix("# TYPE \(name) ") }) else { return [] }
        let hasHelp = start > 0 && all[start - 1].hasPrefix("# HELP \(name) ")
        return (hasHelp ? [all[start - 1]] : []) + [all[start]] + all[(start + 1)...].prefix { !$0.hasPrefix("#") }
    }
}
