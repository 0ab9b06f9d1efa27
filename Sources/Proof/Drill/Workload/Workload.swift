/// Everything that is published, in order, by a seed: deals, copies, later versions, cancellations, and what is wrong.
struct Workload: Sendable {
    /// How large a share of the deals has which story; the rest just finishes.
    struct Mix: Sendable, Codable, Equatable {
        /// Told twice, in two ways: the same event again, or the same deal in another event.
        public var duplicated = 0.10
        /// Followed by version 2.
        public var updated = 0.05
        /// Followed by a cancellation.
        public var cancelled = 0.05
        /// Refused by a target.
        public var refused = 0.05
        /// Told first at a stage that starts nothing.
        public var ignored = 0.02
        /// Told a second time, as the same version with other content.
        public var conflicting = 0.01
        /// Accompanied by a message that nobody can read.
        public var unreadable = 0.02
    }

    /// One message and where it goes.
    struct Dispatch: Sendable {
        var message: PublishedMessage
        var exchange: String
        var routingKey: String
        var body: [UInt8]
    }

    let dispatches: [Dispatch]

    /// A workload of `deals` deals, of which `pace` are published a second; the same three give the same.
    init(deals: Int, seed: UInt64, pace: Double, mix: Mix) throws {
        var dice = Dice(seed: seed)
        let run = Self.name(ofRun: seed)
        var placed: [(place: Double, dispatch: Dispatch)] = []
        for number in 0..<deals {
            let place = Double(number)
            for (delay, dispatch) in try Self.story(number, run, deals, pace, mix, &dice) {
                placed.append((place + delay, dispatch))
            }
            if dice.falls(within: mix.unreadable) {
                placed.append((place, Self.unreadable("unreadable-\(run)-\(number)", queue: "deal-events")))
            }
        }
        // The places of one deal rise in the order of its story, and equal ones do not occur but there.
        dispatches = placed.enumerated().sorted {
            ($0.element.place, $0.offset) < ($1.element.place, $1.offset)
        }.map(\.element.dispatch)
    }

    /// What the names of a run's deals have in common.
    static func name(ofRun seed: UInt64) -> String { String(seed, radix: 36) }

    /// A message that the workers of `queue` refuse.
    static func unreadable(_ id: String, queue: String) -> Dispatch {
        // As a publisher's mistake where publishers write, and as a stray ticket where they do not.
        let isEvent = queue == "deal-events"
        return Dispatch(
            message: PublishedMessage(.unreadable, messageID: id, queue: queue), exchange: isEvent ? "deals" : "work",
            routingKey: isEvent ? "salesforce.deal.updated.v1" : queue,
            body: Array("{\"neither deal nor ticket\": \"\(id)\"}".utf8))
    }

    /// What is told about one deal, each with how many deals later.
    private static func story(
        _ number: Int, _ run: String, _ deals: Int, _ pace: Double, _ mix: Mix, _ dice: inout Dice
    ) throws -> [(Double, Dispatch)] {
        let throwOfFate = Double.random(in: 0..<1, using: &dice)
        let fate: PublishedMessage.Fate =
            if throwOfFate < mix.refused {
                .isRefused
            } else if throwOfFate < mix.refused + mix.cancelled {
                .isCancelled
            } else {
                .finishes
            }
        let isUpdated = fate == .finishes && throwOfFate < mix.refused + mix.cancelled + mix.updated
        let deal = DealStory(number: number, run: run, fate: fate, customers: deals / 5, dice: &dice)
        let id = "event-\(run)-\(number)"
        var told: [(Double, Dispatch)] = []
        if dice.falls(within: mix.ignored) {
            told.append((0, try deal.deal(version: 1, eventID: id + "-early", stage: "Negotiation")))
        }
        told.append((0, try deal.deal(version: 1, eventID: id)))
        if dice.falls(within: mix.duplicated) {
            let copy = Bool.random(using: &dice) ? id : id + "-again"
            told.append((Double.random(in: 0...20, using: &dice), try deal.deal(version: 1, eventID: copy)))
        }
        if dice.falls(within: mix.conflicting) {
            told.append(
                (
                    Double.random(in: 1...20, using: &dice),
                    try deal.deal(version: 1, eventID: id + "-other", other: true)
                ))
        }
        if isUpdated {
            told.append((Double.random(in: 0...40, using: &dice), try deal.deal(version: 2, eventID: id + "-v2")))
        }
        if fate == .isCancelled {
            // Most of them while the deal is in work, which takes some seconds.
            let delay = Double.random(in: 0...4, using: &dice) * pace
            told.append((delay, try deal.cancellation(version: 9, eventID: id + "-cancelled")))
        }
        return told
    }
}
