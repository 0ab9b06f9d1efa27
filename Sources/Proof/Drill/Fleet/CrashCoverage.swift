import Fleet

/// Which crash point killed which worker how often.
struct CrashCoverage: Sendable, Codable, Equatable {
    /// A point of one worker.
    struct Spot: Sendable, Hashable {
        var point: CrashPoint
        var queue: String

        /// Why this worker never passes this point, given what is drilled; nil where it does.
        func whyUnreachable(_ settings: DrillSettings) -> String? {
            switch (point, queue) {
            case (.deliveryBeforeCommit, "deal-events"): nil
            case (.deliveryBeforeCommit, _): "only intake commits what a delivery brings"
            case (.intentBeforeCall, "deal-events"), (.answerBeforeOutcome, "deal-events"):
                "it plans and calls no target"
            case (.answerBeforeOutcome, "billing-schedules"):
                settings.updated > 0 ? nil : "its target answers 202, and no later version ends a schedule"
            case (.acceptedBeforeNoted, "billing-schedules"): nil
            case (.acceptedBeforeNoted, _): "its targets answer at once"
            case (.undoIntentBeforeCall, "deal-events"), (.undoAnswerBeforeOutcome, "deal-events"):
                "it makes nothing that could be taken back"
            case (.undoIntentBeforeCall, "status-feedback"), (.undoAnswerBeforeOutcome, "status-feedback"):
                "its steps are past the point of no return, and nobody approves taking them back"
            case (.undoIntentBeforeCall, _), (.undoAnswerBeforeOutcome, _):
                settings.cancelled > 0 ? nil : "no deal is cancelled"
            default: nil
            }
        }
    }

    /// One line of the table.
    struct Line: Sendable, Codable, Equatable {
        var point: String
        var queue: String
        var hits: Int
        var whyUnreachable: String?
    }

    var lines: [Line]

    init(hits: [Spot: Int], queues: [String], settings: DrillSettings) {
        lines = CrashPoint.allCases.flatMap { point in
            queues.map { queue in
                let spot = Spot(point: point, queue: queue)
                return Line(
                    point: point.rawValue, queue: queue, hits: hits[spot] ?? 0,
                    whyUnreachable: spot.whyUnreachable(settings))
            }
        }
    }

    /// What should have been hit and was not.
    var missed: [Line] { lines.filter { $0.hits == 0 && $0.whyUnreachable == nil } }

    /// A row a crash point, a column a worker: how often it died there, `-` where it never passes.
    var table: String {
        let queues = Self.inOrder(lines.map(\.queue))
        let wide = (lines.map(\.point.count).max() ?? 0) + 2
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(width - text.count, 0))
        }
        var rows = [padded("crash point", wide) + queues.map { padded($0, $0.count + 2) }.joined()]
        for point in Self.inOrder(lines.map(\.point)) {
            let cells = queues.map { queue in
                let line = lines.first { $0.point == point && $0.queue == queue }
                let cell = line?.whyUnreachable == nil ? "\(line?.hits ?? 0)" : "-"
                return padded(cell, queue.count + 2)
            }
            rows.append(padded(point, wide) + cells.joined())
        }
        let reasons = lines.compactMap { line in line.whyUnreachable.map { "  - \(line.point), \(line.queue): \($0)" } }
        return (rows + reasons).joined(separator: "\n")
    }

    private static func inOrder(_ names: [String]) -> [String] {
        names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
