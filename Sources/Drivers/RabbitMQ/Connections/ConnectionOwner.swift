import CRabbitMQ
import Glibc
import Threads

/// An actor that owns a connection on a thread of its own, and makes it again when it is lost.
///
/// Everything happens in turns: the thread gives one whenever the socket is ready, a deadline has passed or a call
/// to the actor ran. Calls only change the actor's state; the turn after them talks to the broker, so that what
/// came in together goes out together.
protocol ConnectionOwner: Actor {
    nonisolated var thread: IOThread { get }
    var link: Link { get set }
    /// The next moment at which something of the owner's expires.
    var nextExpiry: ContinuousClock.Instant? { get }
    /// How many bytes of messages are taken now; with 0 nothing is read, and the broker keeps the rest.
    var room: Int { get }

    /// Sets a new session up; it may wait for the broker's answers.
    func prepare(_ session: Session) throws(RabbitMQError)
    /// Takes what arrived.
    func receive(_ events: [BrokerEvent], on session: Session) throws(RabbitMQError)
    /// Sends what can be sent now.
    func send(on session: Session) throws(RabbitMQError)
    /// Gives up on what has waited too long.
    func expire(at now: ContinuousClock.Instant)
    /// Forgets what died with the session. Returns whether another one is wanted.
    func sessionEnded(_ error: RabbitMQError) -> Bool
    /// Answers everybody who still waits; there will be no other session.
    func ended()
}

extension ConnectionOwner {
    var room: Int { .max }

    /// Connects, works and reconnects until the connection is closed or the task is cancelled.
    func runLink() async throws(RabbitMQError) {
        if let problem = link.settings.problem() { throw problem }
        if link.phase == .ended { return }
        guard link.phase == .idle else { throw .alreadyRun }
        link.phase = .running
        watch()
        let thread = thread
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // Other calls and whole turns may have come in between.
                if link.phase == .ended { continuation.resume() } else { link.finished = continuation }
            }
        } onCancel: {
            thread.watch { [weak self] _ in
                self?.assumeIsolated { $0.end() }
                return nil
            }
        }
    }

    /// Asks the thread for turns, once.
    func watch() {
        guard !link.isWatched else { return }
        link.isWatched = true
        thread.watch { [weak self] _ in self?.assumeIsolated { $0.turn() } }
    }

    /// Ends the connection for good, politely if it stands.
    func end() {
        guard link.phase != .ended else { return }
        link.phase = .ended
        if let session = link.session {
            do throws(RabbitMQError) {
                try send(on: session)
                try session.close()
            } catch {
                link.onEvent(.lost(error))
            }
            _ = sessionEnded(.closed)
            link.session = nil
        }
        ended()
        link.finished?.resume()
        link.finished = nil
    }

    private func turn() -> IOThread.Wait? {
        if link.phase == .running, link.session == nil, link.nextAttempt <= .now { connect() }
        if let session = link.session {
            do throws(RabbitMQError) {
                let room = room
                if room == 0 { try session.beat() }
                let events = room > 0 ? try session.drain(atMost: room) : []
                try receiveCommon(events, on: session)
                try receive(events, on: session)
                try send(on: session)
            } catch {
                lose(session, error)
            }
        }
        expire(at: .now)
        return link.phase == .ended ? nil : wait()
    }

    private func wait() -> IOThread.Wait {
        var deadlines = [nextExpiry].compactMap(\.self)
        guard let session = link.session else {
            if link.phase == .running { deadlines.append(link.nextAttempt) }
            return .init(descriptor: nil, events: 0, deadline: deadlines.min())
        }
        // Heartbeats are sent and missed ones noticed only inside the library's calls, so it must be called often.
        let isReading = room > 0
        deadlines.append(isReading && session.mayHaveMore ? .now : .now + session.heartbeat / 4)
        let events = (isReading ? Int16(POLLIN) : 0) | (session.isCongested ? Int16(POLLOUT) : 0)
        // Polled for nothing, a socket that was hung up would still be ready each time.
        return .init(descriptor: events == 0 ? nil : session.descriptor, events: events, deadline: deadlines.min())
    }

    private func connect() {
        guard let address = link.nextAddress() else { return }
        link.epoch += 1
        do throws(RabbitMQError) {
            let session = try Session.open(address, link.settings, epoch: link.epoch)
            try session.call(
                UInt32(AMQP_CHANNEL_OPEN_METHOD),
                amqp_channel_open_t(out_of_band: amqp_bytes_t(len: 0, bytes: nil)),
                expecting: UInt32(AMQP_CHANNEL_OPEN_OK_METHOD), what: "opening a channel")
            try prepare(session)
            link.session = session
            link.onEvent(.connected(address))
        } catch {
            link.planAttempt(afterLifetime: nil)
            link.onEvent(.lost(error))
            if !sessionEnded(error) { end() }
        }
    }

    private func lose(_ session: Session, _ error: RabbitMQError) {
        link.session = nil
        link.planAttempt(afterLifetime: .now - session.opened)
        link.onEvent(.lost(error))
        if !sessionEnded(error) { end() }
    }

    private func receiveCommon(_ events: [BrokerEvent], on session: Session) throws(RabbitMQError) {
        for event in events {
            switch event {
            case .channelClosed(Channel.work, let code, let text):
                throw .channelClosed(code: code, text: text)
            case .connectionClosed(let code, let text):
                try session.send(
                    UInt32(AMQP_CONNECTION_CLOSE_OK_METHOD), amqp_connection_close_ok_t(),
                    on: Channel.connection)
                throw .connectionClosed(code: code, text: text)
            default: continue
            }
        }
    }
}
