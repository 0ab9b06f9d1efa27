import Sagas
import Testing

@Suite struct DirectiveTests {
    /// What a step can look like, apart from its queue.
    private static let looks: [(state: StepRecord.State, isSettled: Bool)] = [
        (.planned, true), (.planned, false), (.intent, true), (.intent, false), (.done, true), (.done, false),
    ]
    private static let queues = ["here", "there"]

    /// Every list of `count` steps.
    private static func lists(of count: Int) -> [[StepRecord]] {
        guard count > 0 else { return [[]] }
        return lists(of: count - 1).flatMap { list in
            looks.flatMap { look in
                queues.map { queue in
                    list + [
                        StepRecord(
                            ordinal: count - 1, label: "step-\(count)", queue: queue, state: look.state, attempts: 0,
                            isSettled: look.isSettled, receipt: nil)
                    ]
                }
            }
        }
    }

    @Test("the first step that is not done decides, for every list of up to four steps in two queues")
    func exhaustive() {
        var counts: [String: Int] = [:]
        for list in (0...4).flatMap(Self.lists) {
            let found = directive(after: list, in: "here")
            var place = 0
            while place < list.count, list[place].state == .done { place += 1 }
            let isRight =
                switch found {
                case .finish: place == list.count
                case .handOver(let queue): place < list.count && list[place].queue == "there" && queue == "there"
                case .perform(let ordinal): ordinal == place && isHere(list, place) && list[place].state == .planned
                case .readBack(let ordinal):
                    ordinal == place && isHere(list, place) && list[place].state == .intent && list[place].isSettled
                case .waitUntilSettled(let ordinal):
                    ordinal == place && isHere(list, place) && list[place].state == .intent && !list[place].isSettled
                }
            if !isRight { Issue.record("\(list) led to \(found)") }
            counts["\(found)".split(separator: "(")[0].description, default: 0] += 1
        }
        #expect(counts.values.reduce(0, +) == 22_621, "1 + 12 + 144 + 1,728 + 20,736 lists")
        #expect(Set(counts.keys) == ["finish", "handOver", "perform", "readBack", "waitUntilSettled"])
    }

    private func isHere(_ list: [StepRecord], _ place: Int) -> Bool {
        place < list.count && list[place].queue == "here"
    }

    @Test("the directive names the step's own ordinal, not its place in what was passed")
    func ordinals() {
        let step = StepRecord(
            ordinal: 7, label: "late", queue: "here", state: .intent, attempts: 0, isSettled: false, receipt: nil)
        #expect(directive(after: [step], in: "here") == .waitUntilSettled(ordinal: 7))
    }

    @Test("a step's label tells instances of one kind apart")
    func labels() {
        #expect(Labelled(instance: "").label == "labelled")
        #expect(Labelled(instance: "a").label == "labelled/a")
        #expect(Labelled(instance: "a/b").label != Labelled(instance: "a").label)
    }
}

private struct Labelled: Step {
    static let name = "labelled"
    let instance: String
    let target = "NONE"

    func find(for subject: Int, on attempt: SagaAttempt) async throws -> Found { .absent }
    func perform(for subject: Int, on attempt: SagaAttempt) async throws -> Receipt {
        Receipt(externalID: attempt.key, origin: .created)
    }
}
