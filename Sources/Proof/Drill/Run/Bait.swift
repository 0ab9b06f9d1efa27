import Fleet
import Foundation
import Synchronization

/// Messages that make a worker come to the crash point at which it is to die.
final class Bait: Sendable {
    private let settings: DrillSettings
    private let feed: Feed
    private let sold = Mutex(0)

    init(settings: DrillSettings, feed: Feed) {
        self.settings = settings
        self.feed = feed
    }

    /// Deals that were sold as bait.
    var deals: Int { sold.withLock(\.self) }

    /// Whether only bait brings a worker there for sure.
    func isRare(_ spot: CrashCoverage.Spot) -> Bool { kind(for: spot) != .sale }

    private enum Kind { case sale, nonsense, cancellation, laterVersion }

    private func kind(for spot: CrashCoverage.Spot) -> Kind {
        switch (spot.point, spot.queue) {
        case (.incidentBeforeCopy, _): .nonsense
        case (.undoIntentBeforeCall, _), (.undoAnswerBeforeOutcome, _): .cancellation
        case (.answerBeforeOutcome, "billing-schedules"): .laterVersion
        default: .sale
        }
    }

    /// Publishes until it is cancelled.
    func publish(for spot: CrashCoverage.Spot) async throws {
        do {
            while true {
                try await Task.sleep(for: .seconds(1))
                switch kind(for: spot) {
                case .sale: try await feed.publish([sell(.finishes).deal(version: 1)])
                case .nonsense:
                    try await feed.publish([
                        Workload.unreadable("stray-\(spot.queue)-\(UUID().uuidString)", queue: spot.queue)
                    ])
                case .cancellation: try await publishSoonCancelled()
                case .laterVersion:
                    let deal = try sell(.finishes)
                    try await feed.publish([deal.deal(version: 1), deal.deal(version: 2)])
                }
            }
        } catch is CancellationError {
            return
        }
    }

    /// A deal whose cancellation comes while its billing schedule is being made.
    private func publishSoonCancelled() async throws {
        let deal = try sell(.isCancelled)
        try await feed.publish([deal.deal(version: 1)])
        // Its cancellation is published whatever happens meanwhile: the list says that it is cancelled.
        let cancellation = try deal.cancellation(version: 9)
        let wait = Duration.milliseconds(Int.random(in: 300...1500))
        try await Task {
            try await Task.sleep(for: wait)
            try await feed.publish([cancellation])
        }.value
    }

    private func sell(_ fate: PublishedMessage.Fate) throws -> DealStory {
        let number = sold.withLock { sold in
            sold += 1
            return settings.deals + sold
        }
        var dice = Dice(seed: settings.seed &+ UInt64(number))
        return DealStory(
            number: number, run: Workload.name(ofRun: settings.seed), fate: fate, customers: settings.deals / 5,
            dice: &dice)
    }
}

extension DealStory {
    /// A version of the deal under an event id of its own.
    fileprivate func deal(version: Int) throws -> Workload.Dispatch {
        try deal(version: version, eventID: "bait-\(opportunity)-\(version)")
    }

    /// The cancellation under an event id of its own.
    fileprivate func cancellation(version: Int) throws -> Workload.Dispatch {
        try cancellation(version: version, eventID: "bait-\(opportunity)-cancelled")
    }
}
