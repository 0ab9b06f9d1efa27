import CPostgreSQL
import Glibc
import Threads

/// One connection in pipeline mode. It is not safe by itself: the pool calls it on the connection's thread only.
final class Session: Pollable {
    /// Carries the reason when the connection is over.
    let ended = OneShot<PostgreSQLError>()
    /// The scope that has the connection to itself.
    var owner: TransactionID?

    private let settings: DatabaseSettings
    private var handle: Handle?
    private var conversation = Conversation<ResultTable>()
    private var prepared: [PreparationKey: String] = [:]
    private var preparationCount = 0
    private var outgoing = FIFO<Request>()
    private var sending: Sending?
    private var inFlight = FIFO<Request>()
    private var finished: [Request] = []
    private var isRetiring = false
    private var isClogged = false
    private var lastProgress = ContinuousClock.now

    /// The request whose commands are on their way out.
    private struct Sending {
        let commands: [Command]
        let frame: Frame
        var position = 0
        var names: [PreparationKey: String] = [:]
    }

    private static let flushSize = 64 * 1024

    init(_ handle: Handle, settings: DatabaseSettings) throws(PostgreSQLError) {
        self.settings = settings
        self.handle = handle
        guard PQsetnonblocking(handle.raw, 1) == 0, PQenterPipelineMode(handle.raw) == 1 else {
            throw .connectionLost(handle.errorMessage)
        }
        PQsetNoticeReceiver(
            handle.raw,
            { context, result in
                guard let context, let result else { return }
                Unmanaged<Session>.fromOpaque(context).takeUnretainedValue().noticed(result)
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// How many requests are in it.
    var load: Int { outgoing.count + inFlight.count }
    var isOver: Bool { handle == nil }
    /// Whether requests of anybody may be given to it.
    var isOpenToAll: Bool { !isOver && !isRetiring && owner == nil }
    /// Whether a transaction is open, as far as the server has said.
    var isInTransaction: Bool {
        guard let handle else { return false }
        return PQtransactionStatus(handle.raw) != PQTRANS_IDLE
    }

    func submit(_ request: Request) {
        if load == 0 { lastProgress = .now }
        outgoing.append(request)
    }

    /// The requests that were answered since the last time.
    func takeFinished() -> [Request] {
        defer { finished = [] }
        return finished
    }

    /// The requests of which nothing was sent, so that another connection may serve them.
    func takeUnsent() -> [Request] { outgoing.removeAll() }

    func turn(_ ready: Int16) -> IOThread.Wait? {
        if ready != 0 || !conversation.isEmpty { receive() }
        send()
        if isRetiring, load == 0, owner == nil { end("a prepared statement became stale") }
        guard let handle else { return nil }
        guard let deadline = deadline() else { return nil }
        // While output is stuck the server may be stuck too, until we read what it sends.
        let events = isClogged ? POLLIN | POLLOUT : POLLIN
        return IOThread.Wait(descriptor: handle.descriptor, events: Int16(events), deadline: deadline)
    }

    /// Closes the connection and tells each waiting request what is known of its fate.
    func end(_ reason: String) {
        guard handle != nil else { return }
        handle = nil
        sending = nil
        let errors = conversation.lost(reason)
        for (request, error) in zip(inFlight.removeAll(), errors) {
            request.reply.fulfil(.failure(error))
            finished.append(request)
        }
        ended.fulfil(.connectionLost(reason))
    }

    // MARK: Time

    /// When the next turn is due even if nothing happens; nil when the connection has just been given up.
    private func deadline() -> ContinuousClock.Instant? {
        let isOwed = load > 0
        let due = lastProgress + (isOwed ? settings.answerTimeout : settings.idleCheckInterval)
        if due > .now { return due }
        if isOwed {
            end("no answer in \(settings.answerTimeout)")
            return nil
        }
        lastProgress = .now
        if owner == nil {
            // A sync alone is the cheapest question there is.
            submit(Request(commands: [], frame: .alone))
            send()
        }
        return isOver ? nil : lastProgress + settings.answerTimeout
    }

    // MARK: Receiving

    private func receive() {
        guard let handle else { return }
        let isAlive = handle.consumeInput()
        // What came before the end is worth reading: it may be the server's reason, or even the answer.
        takeResults(from: handle)
        if !isAlive || handle.isBroken { end(handle.errorMessage) }
    }

    private func takeResults(from handle: Handle) {
        while self.handle != nil, !conversation.isEmpty, PQisBusy(handle.raw) == 0 {
            guard let raw = PQgetResult(handle.raw) else {
                apply(.terminator, from: handle)
                continue
            }
            lastProgress = .now
            switch PQresultStatus(raw) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                apply(.completed(ResultTable(raw)), from: handle)
                continue
            case PGRES_PIPELINE_SYNC: apply(.synced(status(of: handle)), from: handle)
            case PGRES_PIPELINE_ABORTED: apply(.aborted, from: handle)
            case PGRES_FATAL_ERROR: fail(raw, from: handle)
            default: end("a result of a kind that a pipeline does not have")
            }
            PQclear(raw)
        }
    }

    private func fail(_ raw: OpaquePointer, from handle: Handle) {
        // Without a code it is libpq that speaks, about the connection.
        guard let failure = ServerFailure(raw) else { return end(handle.errorMessage) }
        if failure.isStalePreparation { isRetiring = true }
        apply(.failed(failure), from: handle)
    }

    private func apply(_ event: Conversation<ResultTable>.Event, from handle: Handle) {
        switch conversation.receive(event) {
        case .nothing: break
        case .prepared(let key, let name): prepared[key] = name
        case .finished(let outcome, let isFit):
            if let request = inFlight.popFirst() {
                request.reply.fulfil(outcome)
                finished.append(request)
            }
            if !isFit { end("a statement left its transaction open") }
        case .outOfStep:
            end(handle.isBroken ? handle.errorMessage : "the server's answers do not match what was sent")
        }
    }

    private func status(of handle: Handle) -> Conversation<ResultTable>.TransactionStatus {
        switch PQtransactionStatus(handle.raw) {
        case PQTRANS_IDLE: .idle
        case PQTRANS_INTRANS: .open
        case PQTRANS_INERROR: .failed
        default: .unknown
        }
    }

    private func noticed(_ result: OpaquePointer) {
        guard PQresultErrorField(result, pq_field_severity()).map({ String(cString: $0) }) == "WARNING",
            let failure = ServerFailure(result), !conversation.isEmpty
        else { return }
        _ = conversation.receive(.warned(failure.description))
    }

    // MARK: Sending

    /// Sends until the socket takes no more, so that what waits, waits as values and not in libpq's buffer.
    private func send() {
        guard let handle, flush(handle) else { return }
        var unflushed = 0
        while self.handle != nil, let next = sending ?? nextToSend() {
            sending = next
            guard let size = sendOne(next, on: handle) else { return end(handle.errorMessage) }
            unflushed += size
            if unflushed > Self.flushSize {
                unflushed = 0
                guard flush(handle) else { return }
            }
        }
        _ = flush(handle)
    }

    private func nextToSend() -> Sending? {
        guard let request = outgoing.popFirst() else { return nil }
        inFlight.append(request)
        conversation.began(request.frame)
        return Sending(commands: request.frame.wrap(request.commands), frame: request.frame)
    }

    /// Whether libpq's buffer is empty now.
    private func flush(_ handle: Handle) -> Bool {
        switch PQflush(handle.raw) {
        case 0: isClogged = false
        case 1: isClogged = true
        default: end(handle.errorMessage)
        }
        return self.handle != nil && !isClogged
    }

    /// Sends one command, or the sync behind the last; nil when libpq refuses.
    private func sendOne(_ item: Sending, on handle: Handle) -> Int? {
        guard item.position < item.commands.count else {
            guard PQpipelineSync(handle.raw) == 1 else { return nil }
            conversation.sentSync()
            sending = nil
            return 0
        }
        let command = item.commands[item.position]
        let index = item.position - (item.frame.opens ? 1 : 0)
        let isLast = item.position == item.commands.count - 1
        let isEnding = item.frame.ending != nil && isLast
        let isCallers = index >= 0 && !isEnding
        guard dispatch(command, index: isCallers ? index : nil, on: handle) else { return nil }
        let commits = isLast && (item.frame.isAlone || item.frame.ending == .commit)
        conversation.sentCommand(isCallers ? index : nil, commits: commits)
        sending?.position += 1
        return command.parameters.size
    }

    private func dispatch(_ command: Command, index: Int?, on handle: Handle) -> Bool {
        guard let label = command.statement.name else {
            return command.parameters.withPointers { count, values, lengths, formats in
                PQsendQueryParams(
                    handle.raw, command.statement.sql, count, command.parameters.types, values, lengths, formats, 1)
            } == 1
        }
        let key = PreparationKey(sql: command.statement.sql, types: command.parameters.types)
        guard let name = prepared[key] ?? sending?.names[key] ?? prepare(key, label, index, on: handle) else {
            return false
        }
        return command.parameters.withPointers { count, values, lengths, formats in
            PQsendQueryPrepared(handle.raw, name, count, values, lengths, formats, 1)
        } == 1
    }

    /// Always under a new name: that of a preparation whose outcome is not known yet may turn out not to exist.
    private func prepare(_ key: PreparationKey, _ label: String, _ index: Int?, on handle: Handle) -> String? {
        preparationCount += 1
        let name = "\(label)_\(preparationCount)"
        guard PQsendPrepare(handle.raw, name, key.sql, Int32(key.types.count), key.types) == 1 else { return nil }
        conversation.sentPreparation(key, name: name, command: index)
        sending?.names[key] = name
        return name
    }
}
