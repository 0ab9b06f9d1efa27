import Testing

@testable import PostgreSQL

private struct Answer: Tagged, Equatable {
    var tag = "SELECT 1"
}

private typealias Talk = Conversation<Answer>

extension Talk {
    fileprivate mutating func send(_ frame: Frame, commands: Int) {
        began(frame)
        for index in 0..<commands { sentCommand(index, commits: frame.isAlone && index == commands - 1) }
        if frame.ending == .commit { sentCommand(nil, commits: true) }
        sentSync()
    }

    /// Feeds the events and returns what the last of them led to.
    fileprivate mutating func receive(all events: Event...) -> Step {
        var step = Step.nothing
        for event in events { step = receive(event) }
        return step
    }
}

private func error(of step: Talk.Step) -> PostgreSQLError? {
    guard case .finished(.failure(let error), _) = step else { return nil }
    return error
}

private let refusal = ServerFailure(
    sqlState: "23505", message: "duplicate", detail: nil, constraint: nil, table: nil, column: nil)

@Suite struct ConversationTests {
    @Test("P3 each answer goes to the batch it was sent with, several syncs on the way")
    func order() {
        var talk = Talk()
        talk.send(.alone, commands: 2)
        talk.send(.alone, commands: 1)
        let first = talk.receive(
            all: .completed(Answer()), .terminator, .completed(Answer()), .terminator, .synced(.unknown))
        guard case .finished(.success(let answers), true) = first else { return #expect(Bool(false), "\(first)") }
        #expect(answers.count == 2)
        #expect(!talk.isEmpty)
        let second = talk.receive(all: .completed(Answer()), .terminator, .synced(.idle))
        guard case .finished(.success(let answers), true) = second else { return #expect(Bool(false), "\(second)") }
        #expect(answers.count == 1)
        #expect(talk.isEmpty)
    }

    @Test("P3 an answer that nobody waits for, or a null in place of one, is noticed")
    func outOfStep() {
        var talk = Talk()
        guard case .outOfStep = talk.receive(.completed(Answer())) else { return #expect(Bool(false)) }
        talk.send(.alone, commands: 1)
        guard case .outOfStep = talk.receive(.terminator) else { return #expect(Bool(false)) }
        guard case .outOfStep = talk.receive(.synced(.idle)) else { return #expect(Bool(false)) }
    }

    @Test("a failed command names its place, and the next batch is untouched")
    func failedCommand() {
        var talk = Talk()
        talk.send(.alone, commands: 3)
        talk.send(.alone, commands: 1)
        let step = talk.receive(
            all: .completed(Answer()), .terminator, .failed(refusal), .terminator, .aborted, .terminator,
            .synced(.unknown))
        guard case .server(refusal, 1) = error(of: step) else { return #expect(Bool(false), "\(step)") }
        let next = talk.receive(all: .completed(Answer()), .terminator, .synced(.idle))
        #expect(error(of: next) == nil)
    }

    @Test("a commit that fails at the sync belongs to no command")
    func failedAtSync() {
        var talk = Talk()
        talk.send(.alone, commands: 1)
        let step = talk.receive(
            all: .completed(Answer()), .terminator, .failed(refusal), .terminator, .synced(.idle))
        guard case .server(refusal, nil) = error(of: step) else { return #expect(Bool(false), "\(step)") }
    }

    @Test("P6 what was lost behind its sync is unknown, what was lost before it or refused is not")
    func lost() {
        var talk = Talk()
        talk.send(.alone, commands: 1)
        talk.send(.committing, commands: 0)
        talk.send(.within, commands: 1)
        talk.began(.alone)
        talk.sentCommand(0, commits: false)
        let fates = talk.lost("gone")
        #expect(fates.map(\.mayHaveCommitted) == [true, true, false, false])
        #expect(fates.map(\.isConnectionLoss) == [true, true, true, true])

        talk.send(.alone, commands: 1)
        _ = talk.receive(.failed(refusal))
        let refused = talk.lost("gone")
        #expect(refused.map(\.sqlState) == ["23505"])
    }

    @Test("P6 a commit with a warning is not a success, a statement with a warning is")
    func warned() {
        var talk = Talk()
        talk.send(.alone, commands: 2)
        let own = talk.receive(
            all: .warned("careful"), .completed(Answer()), .terminator, .completed(Answer()), .terminator,
            .synced(.idle))
        #expect(error(of: own) == nil)

        talk.send(.alone, commands: 1)
        let implicit = talk.receive(all: .completed(Answer()), .terminator, .warned("no standby"), .synced(.idle))
        #expect(error(of: implicit)?.mayHaveCommitted == true)

        talk.send(.alone, commands: 1)
        let early = talk.receive(all: .warned("no standby"), .completed(Answer()), .terminator, .synced(.idle))
        #expect(error(of: early)?.mayHaveCommitted == true)

        talk.send(.committing, commands: 0)
        let explicit = talk.receive(
            all: .warned("no standby"), .completed(Answer(tag: "COMMIT")), .terminator, .synced(.idle))
        #expect(error(of: explicit)?.mayHaveCommitted == true)
    }

    @Test("a COMMIT that the server answered with ROLLBACK is not a success")
    func rolledBack() {
        var talk = Talk()
        talk.send(.committing, commands: 0)
        let step = talk.receive(all: .completed(Answer(tag: "ROLLBACK")), .terminator, .synced(.idle))
        guard case .rolledBack = error(of: step) else { return #expect(Bool(false), "\(step)") }
    }

    @Test("P20 a transaction left open makes the connection unfit, seen by its state or by the command's tag")
    func unfit() {
        var byState = Talk()
        byState.send(.alone, commands: 1)
        let first = byState.receive(all: .completed(Answer(tag: "CALL")), .terminator, .synced(.open))
        guard case .finished(.failure(.strayTransaction), false) = first else { return #expect(Bool(false)) }

        var byTag = Talk()
        byTag.send(.alone, commands: 1)
        let second = byTag.receive(all: .completed(Answer(tag: "BEGIN")), .terminator, .synced(.unknown))
        guard case .finished(.failure(.strayTransaction), false) = second else { return #expect(Bool(false)) }
    }
}
