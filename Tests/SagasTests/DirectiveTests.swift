import FoundationEssentials
import Sagas
import Testing

@Suite struct DirectiveTests {
    /// What a step can look like, apart from its queue.
    private static let looks: [(state: StepRecord.State, isSettled: Bool, adoptID: String?)] =
        StepRecord.State.allCases.flatMap { state in
            [(state, true, nil), (state, false, nil), (state, true, "by hand")]
        }
    private static let queues = ["here", "there"]
    private static let handoff = UUID()

    private static func record(
        _ place: Int, _ state: StepRecord.State, isSettled: Bool = true, adoptID: String? = nil, queue: String = "here"
    ) -> StepRecord {
        StepRecord(
            id: .init(handoff: handoff, ordinal: place), label: "step-\(place)", queue: queue, key: "key-\(place)",
            state: state, isSettled: isSettled, adoptID: adoptID)
    }

    /// Every list of `count` steps.
    private static func lists(of count: Int) -> [[StepRecord]] {
        guard count > 0 else { return [[]] }
        return lists(of: count - 1).flatMap { list in
            looks.flatMap { look in
                queues.map { queue in
                    list + [
                        record(
                            count - 1, look.state, isSettled: look.isSettled, adoptID: look.adoptID, queue: queue)
                    ]
                }
            }
        }
    }

    /// Every list of up to three steps, each state of each in two queues.
    private static let everyList = (0...3).flatMap(lists)

    @Test("the first step that is not done decides forwards, whatever the steps look like")
    func forwards() {
        let passed: Set<StepRecord.State> = [.done, .undone, .kept, .skipped]
        var names: Set<String> = []
        for list in Self.everyList {
            let found = directive(after: list, going: .forwards, in: "here")
            names.insert(name(found))
            let next = list.firstIndex { !passed.contains($0.state) }
            let expected = next.map { expectedForwards(list[$0], $0) } ?? .finish
            if found != expected { Issue.record("\(list) led to \(found), not \(expected)") }
        }
        #expect(
            names == ["finish", "handOver", "perform", "adopt", "readBack", "readBackUndo", "waitUntilSettled"])
    }

    private func expectedForwards(_ step: StepRecord, _ place: Int) -> Directive {
        if step.queue != "here" { return .handOver(queue: step.queue) }
        if step.state == .planned { return step.adoptID == nil ? .perform(place) : .adopt(place) }
        if !step.isSettled { return .waitUntilSettled(place) }
        return step.state == .undoing ? .readBackUndo(place) : .readBack(place)
    }

    @Test("C13 the last step that may stand decides backwards, whatever the steps look like")
    func backwards() {
        let standing: Set<StepRecord.State> = [.intent, .done, .undoing]
        var names: Set<String> = []
        for list in Self.everyList {
            let found = directive(after: list, going: .backwards, in: "here")
            names.insert(name(found))
            let next = list.lastIndex { standing.contains($0.state) }
            let expected = next.map { expectedBackwards(list[$0], $0) } ?? .compensated
            if found != expected { Issue.record("\(list) led to \(found), not \(expected)") }
        }
        #expect(
            names == [
                "compensated", "handOver", "compensate", "readBack", "readBackUndo", "waitUntilSettled",
            ])
    }

    private func expectedBackwards(_ step: StepRecord, _ place: Int) -> Directive {
        if step.queue != "here" { return .handOver(queue: step.queue) }
        if step.state == .done { return .compensate(place) }
        if !step.isSettled { return .waitUntilSettled(place) }
        return step.state == .undoing ? .readBackUndo(place) : .readBack(place)
    }

    private func name(_ directive: Directive) -> String { String("\(directive)".prefix { $0 != "(" }) }

    @Test("C13 steps are undone in the reverse of the order in which they were done, and what is kept is passed over")
    func reverse() {
        var steps = (0..<5).map { Self.record($0, .planned) }
        var done: [Int] = []
        while case .perform(let place) = directive(after: steps, going: .forwards, in: "here") {
            steps[place].state = .done
            done.append(place)
        }
        #expect(directive(after: steps, going: .forwards, in: "here") == .finish)
        var undone: [Int] = []
        while case .compensate(let place) = directive(after: steps, going: .backwards, in: "here") {
            steps[place].state = place == 2 ? .kept : .undone
            undone.append(place)
        }
        #expect(undone == done.reversed())
        #expect(directive(after: steps, going: .backwards, in: "here") == .compensated)
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
    func find(_ externalID: String, for subject: Int, on attempt: SagaAttempt) async throws -> Found { .absent }
    func perform(for subject: Int, on attempt: SagaAttempt) async throws -> Receipt {
        Receipt(externalID: attempt.key, origin: .created)
    }
    func compensate(_ receipt: Receipt, for subject: Int, on attempt: SagaAttempt) async throws -> Undone { .undone }
}
