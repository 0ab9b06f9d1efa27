import Fleet
import FoundationEssentials
import PostgreSQL
import RabbitMQ
public import Sagas

/// What people do to incidents: each incident in a transaction of its own, decided while it is locked.
public struct IncidentActs: Sendable {
    let database: Database
    let post: Post
    let endingStatus: EndingStatus

    /// How many incidents are decided before what they want published is published.
    private static let chunk = 100

    /// Writes through `database`, whose role is who acts, and publishes by `post`. What is given up, other systems are
    /// told of as `endingStatus` says.
    public init(database: Database, post: Post, endingStatus: @escaping EndingStatus = { _ in nil }) {
        self.database = database
        self.post = post
        self.endingStatus = endingStatus
    }

    /// Does `act` to each incident as it was seen, and tells `progress` how many are done.
    ///
    /// Once the database is lost, the rest is not tried and comes back as failed.
    public func perform(
        _ act: Act, on lines: [IncidentLine], progress: @Sendable (Int) -> Void = { _ in }
    ) async throws -> [ActResult] {
        var results: [ActResult] = []
        var rest = lines[...]
        var isLost = false
        var brokerLoss: Post.Loss?
        while !rest.isEmpty {
            var done: [Attempted] = []
            for line in rest.prefix(Self.chunk) {
                let attempted = isLost ? Self.notTried(line) : try await attempt(act, on: line)
                isLost = isLost || attempted.isDatabaseLost
                done.append(attempted)
                progress(results.count + done.count)
            }
            rest = rest.dropFirst(Self.chunk)
            // An absent broker is waited for once, not once for each chunk.
            let letters = done.flatMap(\.letters)
            let losses: [Post.Loss?]
            if let brokerLoss {
                losses = letters.map { _ in brokerLoss }
            } else {
                losses = try await post.publish(letters)
                brokerLoss = losses.lazy.compactMap(\.self).first(where: \.isBrokerAway)
            }
            results += try await settle(done, losses)
        }
        return results
    }

    /// Says what `act` would do to each incident, and changes nothing.
    public func foresee(_ act: Act, on lines: [IncidentLine]) async throws -> [ActResult] {
        var results: [ActResult] = []
        for line in lines {
            let rows = try await database.pipeline(Self.reading(line, locking: false))
            let situation = try Situation(rows)
            switch verdict(on: act, seen: line.revision, in: situation) {
            case .go(let change):
                results.append(ActResult(incident: line.incident, outcome: .done, sentence: change.intention))
            case .stop(let outcome, let sentence):
                results.append(ActResult(incident: line.incident, outcome: outcome, sentence: sentence))
            }
        }
        return results
    }

    /// Finishes messages whose sending was begun and never confirmed; answers how many are confirmed now.
    public func finishSending() async throws -> Int {
        let ids = try await database.query(ActStatements.sendingIncidents).map { try $0.value(0, as: RowID.self) }
        let lines = try await IncidentInquiries(database: database).lines(ids)
        let results = try await perform(Act(.send(evenSo: false), why: nil), on: lines)
        return results.count { $0.outcome == .done }
    }

    /// What became of one incident, and what is to be published for it.
    private struct Attempted: Sendable {
        var result: ActResult
        var letters: [Letter] = []
        var isDatabaseLost = false
    }

    private static func notTried(_ line: IncidentLine) -> Attempted {
        let sentence = "not tried, because the database was lost"
        return Attempted(result: ActResult(incident: line.incident, outcome: .failed, sentence: sentence))
    }

    /// A failure is the incident's own, such as a lock that somebody else keeps; only a role that may not act at all
    /// ends the whole.
    private func attempt(_ act: Act, on line: IncidentLine) async throws -> Attempted {
        do {
            return try await transact(act, on: line)
        } catch let error as PostgreSQLError where error.sqlState != "42501" {
            let sentence = error.mayHaveCommitted ? "it is not known whether this was done; do it again" : "\(error)"
            return Attempted(
                result: ActResult(incident: line.incident, outcome: .failed, sentence: sentence),
                isDatabaseLost: error.isConnectionLoss)
        }
    }

    private func transact(_ act: Act, on line: IncidentLine) async throws -> Attempted {
        try await database.transaction { transaction in
            let rows = try await transaction.pipeline(Self.reading(line, locking: true))
            let situation = try Situation(rows)
            switch verdict(on: act, seen: line.revision, in: situation) {
            case .stop(let outcome, let sentence):
                return Attempted(result: ActResult(incident: line.incident, outcome: outcome, sentence: sentence))
            case .go(let change):
                let told = try await change.endsDeal(of: line) ? ending(of: line, transaction) : []
                let written = try await transaction.commit(after: [change.write(for: act, on: line)] + told)
                let result = ActResult(incident: line.incident, outcome: .done, sentence: change.outcome)
                return Attempted(result: result, letters: try change.letters(for: line, from: written[0]))
            }
        }
    }

    /// What other systems are told once the incident is given up.
    private func ending(of line: IncidentLine, _ transaction: Transaction) async throws -> [Command] {
        let rows = try await transaction.query(EndingStatements.read, line.incident)
        guard let ending = try Ending(rows), let standing = ending.standing, let status = endingStatus(standing) else {
            return []
        }
        return [EndingStatements.command(wanting: status, after: line.incident)]
    }

    private static func reading(_ line: IncidentLine, locking: Bool) -> [Command] {
        (locking ? [Command(SituationStatements.lock, line.incident)] : []) + [
            Command(SituationStatements.handoff, line.handoff), Command(SituationStatements.incident, line.incident),
            Command(SituationStatements.steps, line.handoff), Command(SituationStatements.lastAct, line.incident),
            Command(SituationStatements.words, line.incident),
        ]
    }

    /// Closes what the broker has confirmed, and says of the rest what becomes of it.
    private func settle(_ done: [Attempted], _ losses: [Post.Loss?]) async throws -> [ActResult] {
        var place = 0
        var results: [ActResult] = []
        for attempted in done {
            let own = losses[place..<place + attempted.letters.count]
            place += attempted.letters.count
            var result = attempted.result
            for (letter, loss) in zip(attempted.letters, own) {
                result = try await settled(result, letter, loss: loss?.reason)
            }
            results.append(result)
        }
        return results
    }

    private func settled(_ result: ActResult, _ letter: Letter, loss: String?) async throws -> ActResult {
        switch (letter, loss) {
        case (.ticket, nil): return result
        case (.ticket, let reason?):
            let lost = "its ticket was not published (\(reason)); the worker will look within 30 s"
            return ActResult(
                incident: result.incident, outcome: result.outcome, sentence: "\(result.sentence); \(lost)")
        case (.message(let incident, let message), nil):
            let identity = EventIdentity(ofBody: message.body)
            do {
                try await database.query(ActStatements.finishSending, incident, identity.source, identity.event)
                return result
            } catch {
                let lost = "the broker has it, and that could not be noted (\(error)); the next send or drain does"
                return ActResult(incident: result.incident, outcome: .unconfirmed, sentence: lost)
            }
        case (.message, let reason?):
            let lost = "not confirmed by the broker (\(reason)); the next send or drain finishes it"
            return ActResult(incident: result.incident, outcome: .unconfirmed, sentence: lost)
        }
    }
}
