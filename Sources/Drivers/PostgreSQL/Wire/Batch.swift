import CPostgreSQL

/// Where a batch stands in its transaction.
struct Frame: Sendable, Equatable {
    enum Ending: Sendable { case commit, rollback }

    /// A batch of its own is one implicit transaction, which its sync commits; any other belongs to a scope.
    var isAlone = false
    var opens = false
    var ending: Ending?

    static let alone = Frame(isAlone: true)
    static let within = Frame()
    static let committing = Frame(ending: .commit)
    static let rollingBack = Frame(ending: .rollback)

    /// The commands with BEGIN in front and COMMIT or ROLLBACK behind, as the frame wants.
    func wrap(_ commands: [Command]) -> [Command] {
        var all = opens ? [Self.begin] + commands : commands
        switch ending {
        case .commit: all.append(Self.commit)
        case .rollback: all.append(Self.rollback)
        case nil: break
        }
        return all
    }

    private static let begin = Command(Statement("begin", "BEGIN"))
    private static let commit = Command(Statement("commit", "COMMIT"))
    private static let rollback = Command(Statement("rollback", "ROLLBACK"))
}

typealias Outcome = Result<[ResultTable], PostgreSQLError>

/// One call of somebody who waits: commands that go out with one sync behind them.
struct Request: Sendable {
    let commands: [Command]
    var frame: Frame
    var owner: TransactionID?
    var deadline = ContinuousClock.now
    let reply = OneShot<Outcome>()
}

/// Tells the scopes of one pool apart.
struct TransactionID: Hashable, Sendable {
    let number: UInt64
}
