/// What a result is to the conversation: it only needs to know what the server says it did.
protocol Tagged {
    var tag: String { get }
}

extension ResultTable: Tagged {}

/// A statement's text with the types of its parameters: what is prepared once per connection.
struct PreparationKey: Hashable {
    let sql: String
    let types: [UInt32]
}

/// Our own record of what was sent on a pipeline, matched with what comes back.
///
/// libpq says "a result", "no more results", "a sync"; which command that belongs to, and what it means for the
/// transaction, is decided here, without touching a connection.
struct Conversation<Answer: Tagged> {
    enum Event {
        case completed(Answer)
        case failed(ServerFailure)
        /// Skipped by the server, because an earlier command of the same pipeline failed.
        case aborted
        /// libpq's null pointer after the result of a command.
        case terminator
        case synced(TransactionStatus)
        case warned(String)
    }

    enum TransactionStatus: Equatable {
        case idle, open, failed
        /// libpq does not say while more results are due.
        case unknown
    }

    enum Step {
        case nothing
        case prepared(PreparationKey, name: String)
        /// The oldest batch is over. If the session's transaction is not as it must be, the connection is unfit.
        case finished(Result<[Answer], PostgreSQLError>, isFit: Bool)
        case outOfStep
    }

    private enum Expected {
        case preparation(PreparationKey, name: String, command: Int?)
        /// `command` is nil for the BEGIN and COMMIT that the caller did not write. `commits` marks the last command
        /// of an implicit transaction too: libpq hands over a warning of the commit, which follows at the sync,
        /// together with that command's result.
        case answer(command: Int?, commits: Bool)
        case sync
    }

    private struct Flight {
        let frame: Frame
        var answers: [Answer] = []
        var failure: PostgreSQLError?
        var warning: String?
        var hasStrayed = false
        var isSyncSent = false
        var lastTag: String?
    }

    private var expected = FIFO<Expected>()
    private var flights = FIFO<Flight>()
    private var current: Flight?
    private var isAnswered = false

    /// Whether everything sent was answered.
    var isEmpty: Bool { expected.isEmpty }

    // MARK: What was sent

    mutating func began(_ frame: Frame) {
        current = Flight(frame: frame)
    }

    mutating func sentPreparation(_ key: PreparationKey, name: String, command: Int?) {
        expected.append(.preparation(key, name: name, command: command))
    }

    mutating func sentCommand(_ command: Int?, commits: Bool) {
        expected.append(.answer(command: command, commits: commits))
    }

    mutating func sentSync() {
        expected.append(.sync)
        guard var flight = current else { return }
        flight.isSyncSent = true
        flights.append(flight)
        current = nil
    }

    // MARK: What came back

    mutating func receive(_ event: Event) -> Step {
        guard let head = expected.first else { return .outOfStep }
        switch event {
        case .warned(let text):
            if isCommitting(head) { oldest { $0.warning = text } }
            return .nothing
        case .terminator:
            return finishCommand(head)
        case .synced(let status):
            guard case .sync = head else { return .outOfStep }
            return finishBatch(status)
        case .failed(let failure):
            let error = PostgreSQLError.server(failure, command: command(of: head))
            oldest { if $0.failure == nil { $0.failure = error } }
        case .aborted:
            if case .sync = head { return .outOfStep }
        case .completed(let answer):
            guard !isAnswered else { return .outOfStep }
            isAnswered = true
            return complete(head, with: answer)
        }
        guard !isAnswered else { return .outOfStep }
        isAnswered = true
        return .nothing
    }

    /// The connection is gone: what became of each batch that was sent wholly or in part, oldest first.
    mutating func lost(_ reason: String) -> [PostgreSQLError] {
        let all = flights.removeAll() + (current.map { [$0] } ?? [])
        self = Conversation()
        return all.map { flight in
            if let failure = flight.failure { return failure }
            let mayCommit = flight.frame.isAlone ? flight.isSyncSent : flight.frame.ending == .commit
            return mayCommit ? .commitUnknown(reason) : .connectionLost(reason)
        }
    }

    private mutating func complete(_ head: Expected, with answer: Answer) -> Step {
        switch head {
        case .preparation(let key, let name, _):
            return .prepared(key, name: name)
        case .answer(let command, let commits):
            let tag = answer.tag
            oldest { flight in
                if command != nil {
                    flight.answers.append(answer)
                    if flight.frame.isAlone, Self.strays(tag) { flight.hasStrayed = true }
                } else if commits {
                    flight.lastTag = tag
                }
            }
            return .nothing
        case .sync:
            return .outOfStep
        }
    }

    private mutating func finishCommand(_ head: Expected) -> Step {
        guard isAnswered else { return .outOfStep }
        isAnswered = false
        // A commit that fails at the sync has a terminator too, and the sync still comes.
        if case .sync = head { return .nothing }
        expected.popFirst()
        return .nothing
    }

    private mutating func finishBatch(_ status: TransactionStatus) -> Step {
        expected.popFirst()
        isAnswered = false
        guard let flight = flights.popFirst() else { return .outOfStep }
        let isFit = Self.isFit(flight, status)
        if let failure = flight.failure { return .finished(.failure(failure), isFit: isFit) }
        if let warning = flight.warning { return .finished(.failure(.commitUnknown(warning)), isFit: isFit) }
        if !isFit { return .finished(.failure(.strayTransaction), isFit: false) }
        if flight.frame.ending == .commit, flight.lastTag != "COMMIT" {
            return .finished(.failure(.rolledBack), isFit: isFit)
        }
        return .finished(.success(flight.answers), isFit: isFit)
    }

    /// Never may a transaction that somebody left open reach the next user of the connection.
    private static func isFit(_ flight: Flight, _ status: TransactionStatus) -> Bool {
        if flight.hasStrayed { return false }
        switch status {
        case .unknown: return true
        case .idle: return flight.frame.isAlone || flight.frame.ending != nil || flight.failure != nil
        case .open: return !flight.frame.isAlone && flight.frame.ending == nil
        case .failed: return !flight.frame.isAlone && flight.failure != nil
        }
    }

    /// libpq tells the transaction's state only when nothing else is due; the command's own tag always comes.
    private static func strays(_ tag: String) -> Bool {
        switch tag {
        case "BEGIN", "START TRANSACTION", "COMMIT", "ROLLBACK", "PREPARE TRANSACTION": true
        default: false
        }
    }

    private func isCommitting(_ head: Expected) -> Bool {
        guard let flight = flights.first ?? current else { return false }
        return switch head {
        case .sync: flight.frame.isAlone
        case .answer(_, let commits): commits
        case .preparation: false
        }
    }

    private func command(of head: Expected) -> Int? {
        switch head {
        case .preparation(_, _, let command), .answer(let command, _): command
        case .sync: nil
        }
    }

    private mutating func oldest(_ change: (inout Flight) -> Void) {
        if var flight = flights.first {
            flights.first = nil
            change(&flight)
            flights.first = flight
        } else if var flight = current {
            current = nil
            change(&flight)
            current = flight
        }
    }
}
