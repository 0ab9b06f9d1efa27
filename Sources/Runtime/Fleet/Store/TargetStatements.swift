import PostgreSQL
import Sagas
import Workers

/// The statements of the gates before the targets. A target without a row has never failed.
enum TargetStatements {
    /// Says of each target whether it may be called; where a breaker's time is over, one asker gets the probe.
    static let gates = Statement(
        "target_gates",
        """
        WITH asked AS (SELECT DISTINCT name FROM unnest($1::text[]) AS a(name)), probe AS (
            UPDATE targets t SET probe_until = clock(clock_timestamp()) + $2::bigint * interval '1 millisecond'
            FROM asked a
            WHERE t.name = a.name AND t.open_until <= clock(now())
                AND coalesce(t.probe_until, '-infinity') <= clock(now())
                AND coalesce(t.throttled_until, '-infinity') <= clock(now())
                AND NOT EXISTS (SELECT FROM pauses p WHERE p.kind = 'target' AND p.name = t.name)
            RETURNING t.name
        )
        SELECT a.name, probe.name IS NOT NULL, coalesce(t.failures > 0 OR t.open_until IS NOT NULL, false),
            CASE WHEN x.name IS NOT NULL THEN 'paused' WHEN t.throttled_until > clock(now()) THEN 'throttled'
                WHEN t.open_until IS NOT NULL AND probe.name IS NULL THEN 'breaker' END,
            (extract(epoch FROM CASE WHEN x.name IS NOT NULL THEN interval '1 minute'
                WHEN t.throttled_until > clock(now()) THEN t.throttled_until - clock(now())
                ELSE greatest(t.open_until, t.probe_until) - clock(now()) END) * 1000)::bigint
        FROM asked a LEFT JOIN targets t ON t.name = a.name LEFT JOIN probe ON probe.name = a.name
        LEFT JOIN pauses x ON x.kind = 'target' AND x.name = a.name
        """)

    /// Failures open a breaker when enough of them came in a row, and again when its probe failed.
    static let fail = Statement(
        "fail_targets",
        """
        INSERT INTO targets AS t (name, failures, openings, open_until, last_error, since)
        SELECT w.name, w.failures, (w.failures >= $4)::integer,
            CASE WHEN w.failures >= $4 THEN clock(clock_timestamp()) + $5::bigint * interval '1 millisecond' END,
            w.reason, clock(clock_timestamp())
        FROM unnest($1::text[], $2::integer[], $3::text[]) AS w(name, failures, reason)
        ORDER BY w.name
        ON CONFLICT (name) DO UPDATE SET failures = t.failures + excluded.failures, last_error = excluded.last_error,
            since = CASE WHEN t.failures = 0 THEN excluded.since ELSE t.since END,
            openings = t.openings + (excluded.name = ANY($7::text[])
                OR t.open_until IS NULL AND t.failures + excluded.failures >= $4)::integer,
            open_until = CASE WHEN excluded.name = ANY($7::text[])
                    OR t.open_until IS NULL AND t.failures + excluded.failures >= $4
                THEN clock(clock_timestamp()) + least($6::bigint * interval '1 millisecond',
                    $5::bigint * interval '1 millisecond' * power(2, least(t.openings, 20)))
                ELSE t.open_until END,
            probe_until = CASE WHEN excluded.name = ANY($7::text[]) THEN NULL ELSE t.probe_until END
        """)

    static let recover = Statement(
        "recover_targets",
        """
        UPDATE targets SET failures = 0, openings = 0, open_until = NULL, probe_until = NULL
        WHERE name = ANY($1::text[]) AND (failures > 0 OR open_until IS NOT NULL)
        """)

    static let throttle = Statement(
        "throttle_targets",
        """
        INSERT INTO targets AS t (name, throttled_until, since)
        SELECT w.name, clock(clock_timestamp()) + w.wait_ms * interval '1 millisecond', clock(clock_timestamp())
        FROM unnest($1::text[], $2::bigint[]) AS w(name, wait_ms) ORDER BY w.name
        ON CONFLICT (name) DO UPDATE SET throttled_until = greatest(t.throttled_until, excluded.throttled_until)
        """)

    /// The command that asks for the gates of `targets`.
    static func asking(_ targets: [String], limits: TimeLimits) -> Command {
        Command(gates, targets, limits.lease.milliseconds)
    }

    /// Whoever changes several targets locks them in one order, and first.
    static let lock = Statement(
        "lock_targets", "SELECT name FROM targets WHERE name = ANY($1::text[]) ORDER BY name FOR UPDATE")

    /// The commands that note `reports`, a success of a target outweighing its failures in the same transaction;
    /// `besides` are targets whose gates are asked for in it.
    static func commands(
        noting reports: [TargetReport], besides asked: [String] = [], limits: TimeLimits
    ) -> [Command] {
        guard !reports.isEmpty else { return [] }
        var commands = [Command(lock, reports.map(\.target) + asked)]
        var well: Set<String> = []
        var failed: [String: (count: Int32, wasProbe: Bool, reason: String)] = [:]
        var throttled: [String: Duration] = [:]
        for report in reports {
            switch report.answer {
            case .well: well.insert(report.target)
            case .failed(let reason):
                let known = failed[report.target]
                failed[report.target] = (
                    (known?.count ?? 0) + 1, report.wasProbe || known?.wasProbe == true, reason
                )
            case .throttled(let time):
                throttled[report.target] = max(throttled[report.target] ?? .zero, time)
                // Who answers "later" is not down.
                if report.wasProbe { well.insert(report.target) }
            }
        }
        let down = failed.filter { !well.contains($0.key) }.sorted { $0.key < $1.key }
        if !down.isEmpty {
            commands.append(
                Command(
                    fail, down.map(\.key), down.map(\.value.count), down.map(\.value.reason),
                    Int32(clamping: limits.breakerFailures), limits.breakerWait.milliseconds,
                    limits.longestBreakerWait.milliseconds, down.filter(\.value.wasProbe).map(\.key)))
        }
        if !well.isEmpty { commands.append(Command(recover, well.sorted())) }
        if !throttled.isEmpty {
            let sorted = throttled.sorted { $0.key < $1.key }
            commands.append(Command(throttle, sorted.map(\.key), sorted.map(\.value.milliseconds)))
        }
        return commands
    }

    /// The gate for each asker: where there is a probe, the first gets it and the others wait for what it finds out.
    static func answers(to targets: [String?], gates: [String: TargetGate], limits: TimeLimits) -> [TargetGate] {
        var probes: Set<String> = []
        return targets.map { target in
            guard let target, let gate = gates[target] else { return .open }
            let isFirst = gate != .probe || probes.insert(target).inserted
            return isFirst ? gate : .shut(.breaker, for: limits.breakerWait)
        }
    }

    /// Reads the rows of `gates`.
    static func gates(_ rows: [Row]) throws -> [String: TargetGate] {
        var gates: [String: TargetGate] = [:]
        for row in rows {
            let time = Duration.milliseconds(max(try row.value(4, as: Int64?.self) ?? 0, 0))
            let gate: TargetGate =
                switch try row.value(3, as: String?.self) {
                case "paused": .shut(.paused, for: time)
                case "throttled": .shut(.unavailable(.throttled), for: time)
                case "breaker": .shut(.breaker, for: time)
                default:
                    try row.value(1, as: Bool.self) ? .probe : try row.value(2, as: Bool.self) ? .troubled : .open
                }
            gates[try row.value(0, as: String.self)] = gate
        }
        return gates
    }
}
