import Support
import Testing

@testable import Fleet

@Suite struct BatcherTests {
    private let inOrder = InOrder()

    @Test(
        "what arrives while a commit runs is committed together, in order, and each gets its own answer",
        .timeLimit(.minutes(1)))
    func gathers() async throws {
        let commits = Commits()
        let batcher = Batcher<Int, String>(limit: 100) { try await commits.run($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for item in 0..<6 {
                group.addTask(executorPreference: inOrder) {
                    let answer = try await batcher.submit(item)
                    #expect(answer == "answer to \(item)")
                }
            }
            // The first is in its commit, the others queue behind it, one after the other.
            await inOrder.allHaveBegun()
            commits.open()
            try await group.waitForAll()
        }
        #expect(commits.batches == [[0], [1, 2, 3, 4, 5]])
    }

    @Test("a batch never grows past its limit, and nothing is left behind", .timeLimit(.minutes(1)))
    func limit() async throws {
        let commits = Commits()
        let batcher = Batcher<Int, String>(limit: 4) { try await commits.run($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for item in 0..<11 {
                group.addTask(executorPreference: inOrder) {
                    let answer = try await batcher.submit(item)
                    #expect(answer == "answer to \(item)")
                }
            }
            await inOrder.allHaveBegun()
            commits.open()
            try await group.waitForAll()
        }
        #expect(commits.batches == [[0], [1, 2, 3, 4], [5, 6, 7, 8], [9, 10]])
        #expect(try await batcher.submit(11) == "answer to 11", "and it can be used again")
    }

    @Test("one bad item is found by running each singly; the others succeed", .timeLimit(.minutes(1)))
    func oneBadItem() async throws {
        let commits = Commits(bad: 2)
        let batcher = Batcher<Int, String>(
            limit: 100, isItemFault: { $0 is BadItem }, run: { try await commits.run($0) })
        let answers = try await submitTogether(0..<5, to: batcher, commits)
        #expect(answers == ["answer to 0", "answer to 1", nil, "answer to 3", "answer to 4"])
        #expect(commits.batches == [[0], [1, 2, 3, 4], [1], [2], [3], [4]])
    }

    @Test("a fault that is no item's fails the whole batch, which is not run again", .timeLimit(.minutes(1)))
    func sharedFault() async throws {
        let commits = Commits(bad: 2)
        let batcher = Batcher<Int, String>(
            limit: 100, isItemFault: { _ in false }, run: { try await commits.run($0) })
        let answers = try await submitTogether(0..<5, to: batcher, commits)
        #expect(answers == ["answer to 0", nil, nil, nil, nil])
        #expect(commits.batches == [[0], [1, 2, 3, 4]])
    }

    @Test("cancelling the one that leads does not cancel the others", .timeLimit(.minutes(1)))
    func cancelledLeader() async throws {
        let commits = Commits()
        let batcher = Batcher<Int, String>(limit: 100) { try await commits.run($0) }
        let first = Task(executorPreference: inOrder) { try await batcher.submit(0) }
        let leader = Task(executorPreference: inOrder) { try await batcher.submit(1) }
        let other = Task(executorPreference: inOrder) { try await batcher.submit(2) }
        await inOrder.allHaveBegun()
        first.cancel()
        leader.cancel()
        commits.open()
        #expect(try await first.value == "answer to 0")
        #expect(try await leader.value == "answer to 1", "its item was committed: it gets its answer")
        #expect(try await other.value == "answer to 2")
        #expect(commits.cancelled == 0)
    }

    @Test("the gate lets one through at a time, in the order in which they came", .timeLimit(.minutes(1)))
    func serialGate() async throws {
        let gate = SerialGate()
        let order = Locked<[Int]>([])
        let inside = Locked(0)
        await gate.enter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask(executorPreference: inOrder) {
                    await gate.enter()
                    inside.change { $0 += 1 }
                    #expect(inside.value == 1)
                    order.change { $0.append(number) }
                    await Task.yield()
                    inside.change { $0 -= 1 }
                    gate.leave()
                }
            }
            await inOrder.allHaveBegun()
            #expect(order.value.isEmpty)
            gate.leave()
            try await group.waitForAll()
        }
        #expect(order.value == Array(0..<20))
        await gate.enter()
        gate.leave()
    }

    /// Submits the first, and while it is in its commit all others in order; answers nil for those that failed.
    private func submitTogether(
        _ items: Range<Int>, to batcher: Batcher<Int, String>, _ commits: Commits
    ) async throws -> [String?] {
        try await withThrowingTaskGroup(of: (Int, String?).self) { group in
            for item in items {
                group.addTask(executorPreference: inOrder) { (item, try? await batcher.submit(item)) }
            }
            await inOrder.allHaveBegun()
            commits.open()
            var answers = items.map { _ in String?.none }
            for try await (item, answer) in group { answers[item] = answer }
            return answers
        }
    }
}

private struct BadItem: Error {}

/// Commits that are held until the gate opens, and remember what they were given.
private final class Commits: Sendable {
    private let bad: Int?
    private let seen = Locked<[[Int]]>([])
    private let cancellations = Locked(0)
    private let isOpen = Locked(false)

    init(bad: Int? = nil) {
        self.bad = bad
    }

    var batches: [[Int]] { seen.value }
    var cancelled: Int { cancellations.value }

    func open() { isOpen.change { $0 = true } }

    func run(_ items: [Int]) async throws -> [String] {
        seen.change { $0.append(items) }
        try await eventually("the gate opens") { isOpen.value }
        if Task.isCancelled { cancellations.change { $0 += 1 } }
        if let bad, items.contains(bad) { throw BadItem() }
        return items.map { "answer to \($0)" }
    }
}
