import Threads

/// The connections of one database, all on one thread, and the requests that wait for them.
///
/// Being one actor on that thread, it may touch every connection without a hop; a request costs one hop in and one
/// hop out.
actor Pool {
    private enum Lease {
        case held(UInt64)
        case lost(PostgreSQLError)
    }

    /// What a keeper of a connection needs to know about it.
    struct Opened: Sendable {
        let id: UInt64
        let ended: OneShot<PostgreSQLError>
    }

    private let settings: DatabaseSettings
    private let thread = IOThread()
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private let names = NameResolver()
    private var lastGood: Endpoint?
    private var lastFailure: PostgreSQLError?

    private var polled: [UInt64: any Pollable] = [:]
    private var sessions: [UInt64: Session] = [:]
    private var leases: [TransactionID: Lease] = [:]
    private var waiting = FIFO<Request>()
    private var lastID: UInt64 = 0
    private var hasStopped = false

    /// More than this on one connection would only wait there instead of here, where any connection can take it.
    private static let batchesPerConnection = 16

    init(_ settings: DatabaseSettings) {
        self.settings = settings
        thread.watch { [weak self] _ in self?.assumeIsolated { $0.expire() } }
    }

    deinit { thread.stop() }

    // MARK: Requests

    /// Runs the commands; `isShielded` waits for the answer even if the calling task is cancelled.
    func run(
        _ commands: [Command], _ frame: Frame, owner: TransactionID? = nil, isShielded: Bool = false
    ) async -> Outcome {
        let request = Request(
            commands: commands, frame: frame, owner: owner, deadline: .now + settings.acquireTimeout)
        accept(request)
        return isShielded
            ? await request.reply.wait()
            : await request.reply.wait(whenCancelled: .failure(.cancelled))
    }

    func status(size: Int) -> DatabaseStatus {
        DatabaseStatus(
            open: sessions.count, size: size, waiting: waiting.count, lastFailure: lastFailure?.description,
            refusal: lastFailure?.sqlState)
    }

    private func accept(_ request: Request) {
        if let owner = request.owner {
            switch leases[owner] {
            case .held(let id):
                if let session = sessions[id] { return session.submit(request) }
            case .lost(let error):
                if request.frame.ending != nil { leases[owner] = nil }
                return request.reply.fulfil(.failure(error))
            case nil:
                // Nothing was begun, so there is nothing to end.
                if request.frame.ending != nil, request.commands.isEmpty {
                    return request.reply.fulfil(.success([]))
                }
            }
        }
        if hasStopped { return request.reply.fulfil(.failure(.closed)) }
        waiting.append(request)
        dispatch()
    }

    /// Gives waiting requests to connections, strictly in order.
    private func dispatch() {
        while var request = waiting.first {
            if !request.reply.isSettled {
                guard let session = session(for: &request) else { break }
                session.submit(request)
            }
            waiting.popFirst()
        }
    }

    private func session(for request: inout Request) -> Session? {
        if let owner = request.owner, case .held(let id) = leases[owner] { return sessions[id] }
        let candidates = sessions.filter { $0.value.isOpenToAll }
        guard let (id, session) = candidates.min(by: { $0.value.load < $1.value.load }),
            session.load < Self.batchesPerConnection
        else { return nil }
        if let owner = request.owner {
            request.frame.opens = true
            session.owner = owner
            leases[owner] = .held(id)
        }
        return session
    }

    private func expire() -> IOThread.Wait {
        let now = ContinuousClock.now
        while let request = waiting.first, request.deadline <= now {
            request.reply.fulfil(.failure(.unavailable(reason: lastFailure?.description)))
            waiting.popFirst()
        }
        return IOThread.Wait(descriptor: nil, events: 0, deadline: waiting.first?.deadline)
    }

    // MARK: Connections

    /// Makes one more connection.
    func open() async throws(PostgreSQLError) -> Opened {
        hasStopped = false
        do throws(PostgreSQLError) {
            let session = try Session(await dial(settings), settings: settings)
            let id = poll(session)
            sessions[id] = session
            lastFailure = nil
            dispatch()
            return Opened(id: id, ended: session.ended)
        } catch {
            lastFailure = error
            throw error
        }
    }

    func close(_ id: UInt64) {
        guard let session = sessions[id] else { return }
        session.end("the database is no longer being run")
        settle(id, session)
    }

    /// Refuses what still waits; connections are closed by those who opened them.
    func stop() {
        hasStopped = true
        for request in waiting.removeAll() { request.reply.fulfil(.failure(.closed)) }
    }

    /// Runs SQL text on a connection that is made for it.
    func script(_ sql: String, settings: DatabaseSettings) async throws(PostgreSQLError) {
        let run = try ScriptRun(sql, on: await dial(settings))
        let id = poll(run)
        defer { polled[id] = nil }
        if let failure = await run.done.wait(whenCancelled: .cancelled) { throw failure }
    }

    /// Tries each host in order, the one that was good the last time first. Each has the whole connect timeout:
    /// a host that swallows packets must not use up the time of the next one.
    private func dial(_ settings: DatabaseSettings) async throws(PostgreSQLError) -> Handle {
        var endpoints = Endpoint.all(of: settings)
        if let index = endpoints.firstIndex(where: { $0 == lastGood }) {
            endpoints.insert(endpoints.remove(at: index), at: 0)
        }
        var reasons: [String] = []
        var refusal: String?
        for endpoint in endpoints {
            do throws(PostgreSQLError) {
                let handle = try await dial(endpoint, settings)
                lastGood = endpoint
                return handle
            } catch {
                switch error {
                case .connectionLost(let reason): reasons.append(reason)
                case .connectionRefused(let state, let reason):
                    reasons.append(reason)
                    refusal = state
                default: throw error
                }
            }
        }
        let reason = reasons.joined(separator: "; ")
        guard let refusal else { throw .connectionLost(reason) }
        throw .connectionRefused(sqlState: refusal, reason: reason)
    }

    /// Tries each address of one host.
    private func dial(_ endpoint: Endpoint, _ settings: DatabaseSettings) async throws(PostgreSQLError) -> Handle {
        var failure = PostgreSQLError.connectionLost("\(endpoint.description): no address")
        for address in try await names.resolve(endpoint) {
            let dialer = Dialer(address, settings: settings)
            let id = poll(dialer)
            let answer = await dialer.done.wait(whenCancelled: .cancelled)
            polled[id] = nil
            if answer == nil, let handle = dialer.handle { return handle }
            if let answer { failure = answer }
            if case .cancelled = failure { break }
        }
        throw failure
    }

    // MARK: Turns

    private func poll(_ subject: some Pollable) -> UInt64 {
        lastID += 1
        let id = lastID
        polled[id] = subject
        thread.watch { [weak self] ready in self?.assumeIsolated { $0.turn(id, ready) } ?? nil }
        return id
    }

    private func turn(_ id: UInt64, _ ready: Int16) -> IOThread.Wait? {
        guard let subject = polled[id] else { return nil }
        let wait = subject.turn(ready)
        if let session = sessions[id] { settle(id, session) }
        if wait == nil { polled[id] = nil }
        return wait
    }

    /// Draws the conclusions from what a connection has finished.
    private func settle(_ id: UInt64, _ session: Session) {
        let finished = session.takeFinished()
        guard !finished.isEmpty || session.isOver else { return }
        if session.isOver {
            forget(id, session, hasEnding: finished.contains { $0.frame.ending != nil })
        } else {
            for request in finished where request.frame.ending != nil { release(request, session) }
        }
        dispatch()
        // A connection sends in its turn, and the turn of the one that was just given a request may have been.
        thread.watch { _ in nil }
    }

    /// A transaction that failed before its COMMIT is still open: it must be rolled back before anyone else comes.
    private func release(_ request: Request, _ session: Session) {
        guard let owner = request.owner else { return }
        if session.isInTransaction {
            session.submit(Request(commands: [], frame: .rollingBack, owner: owner))
        } else {
            session.owner = nil
            leases[owner] = nil
        }
    }

    /// The scope of a lost transaction hears of the loss once more, unless it has ended with the connection.
    private func forget(_ id: UInt64, _ session: Session, hasEnding: Bool) {
        polled[id] = nil
        sessions[id] = nil
        let error = PostgreSQLError.connectionLost("the transaction's connection is gone")
        let unsent = session.takeUnsent()
        if let owner = session.owner {
            let isEnded = hasEnding || unsent.contains { $0.frame.ending != nil }
            leases[owner] = isEnded ? nil : .lost(error)
        }
        for request in unsent {
            // Nothing of it was sent. Only what belongs to a transaction that was begun there dies with it.
            if request.owner == nil, !hasStopped {
                waiting.append(request)
            } else {
                request.reply.fulfil(.failure(error))
            }
        }
    }
}
