import CRabbitMQ
import Threads

/// Publishes messages over a connection of its own that it keeps alive, and says of each what became of it.
///
/// Every message is mandatory and confirmed. Messages wait while the connection is down, while the broker's alarm
/// blocks it and while the window is full, each call no longer than `patience`.
public actor Publisher: ConnectionOwner {
    /// The connection's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    nonisolated let thread = IOThread()
    var link: Link
    var probes = PassiveProbes()
    let patience: Duration

    private var window: ConfirmWindow<PublishTicket>
    /// Calls with messages to send, in the order they came.
    private var unsent: [PublishCall] = []
    /// Calls that wait for anything at all, in the order they came, which is that of their deadlines.
    private var open: [PublishCall] = []
    private var blockedReason: String?
    private var lastLoss: RabbitMQError?

    /// Bytes sent between two looks at whether the kernel still takes more. Less than its smallest send buffer's
    /// free part when it calls a socket writable.
    private static let bytesPerLook = 16_384

    /// A publisher with at most `window` unconfirmed messages. It connects in `run`.
    ///
    /// `patience` is how long a call waits for its outcomes before it answers "unavailable" or "unknown".
    public init(
        settings: BrokerSettings, window: Int = 1000, patience: Duration = .seconds(10),
        onEvent: @escaping @Sendable (ConnectionEvent) -> Void = { _ in }
    ) {
        link = Link(settings: settings, onEvent: onEvent)
        self.window = ConfirmWindow(capacity: window)
        self.patience = patience
    }

    deinit {
        thread.stop()
    }

    /// Connects and publishes until `close` is called or the task is cancelled.
    public func run() async throws(RabbitMQError) {
        try await runLink()
    }

    /// Whether the broker's alarm blocks publishing at present.
    public var isBlocked: Bool { blockedReason != nil }

    /// Whether a message would be sent now: connected, heard of the broker of late, and not blocked.
    public var isReady: Bool { blockedReason == nil && link.session?.isLive ?? false }

    /// Publishes `messages` in their order and returns their outcomes in the same order.
    ///
    /// The call ends after `patience` at the latest, plus the time of a connection attempt in progress; cancelling
    /// the task does not shorten it, because what was sent is sent.
    public func publish(_ messages: [Message]) async -> [PublishOutcome] {
        if messages.isEmpty { return [] }
        if link.phase == .ended { return messages.map { _ in .unavailable(reason: .closed) } }
        watch()
        return await withCheckedContinuation { continuation in
            let call = PublishCall(messages, deadline: .now + patience, continuation: continuation)
            unsent.append(call)
            open.append(call)
        }
    }

    /// Ends the connection; `run` returns. What was not sent is unavailable, what was not confirmed is unknown.
    public func close() {
        end()
    }

    var nextExpiry: ContinuousClock.Instant? {
        [open.first?.deadline, probes.nextExpiry].compactMap(\.self).min()
    }

    func prepare(_ session: Session) throws(RabbitMQError) {
        try session.call(
            UInt32(AMQP_CONFIRM_SELECT_METHOD), amqp_confirm_select_t(nowait: 0),
            expecting: UInt32(AMQP_CONFIRM_SELECT_OK_METHOD), what: "asking for confirms")
    }

    func receive(_ events: [BrokerEvent], on session: Session) throws(RabbitMQError) {
        for event in events {
            switch event {
            case .confirmed(let number, let isMultiple):
                window.resolve(number, isMultiple: isMultiple, as: .confirmed, Self.settle)
            case .rejected(let number, let isMultiple):
                window.resolve(number, isMultiple: isMultiple, as: .rejected, Self.settle)
            case .returned(let message):
                guard window.giveBack(message, where: { message.matches($0.message) }) else {
                    throw .protocolViolation("a message came back that was not sent")
                }
            case .blocked(let reason):
                blockedReason = reason
                link.onEvent(.blocked(reason: reason))
            case .unblocked:
                blockedReason = nil
                link.onEvent(.unblocked)
            default: try receiveProbeEvent(event, on: session)
            }
        }
        open.removeAll(where: \.isFinished)
    }

    func send(on session: Session) throws(RabbitMQError) {
        try sendProbes(on: session)
        var allowance = 0
        while let call = unsent.first {
            if call.isSent {
                unsent.removeFirst()
                continue
            }
            guard window.hasRoom, blockedReason == nil, session.isLive else { return }
            if allowance <= 0 {
                guard session.isWritable() else { return }
                allowance = Self.bytesPerLook
            }
            allowance -= try sendNext(of: call, on: session)
        }
    }

    func expire(at now: ContinuousClock.Instant) {
        if let first = open.first, first.deadline <= now {
            let late = RabbitMQError.timedOut("publisher confirm", after: patience)
            for call in open.prefix(while: { $0.deadline <= now }) {
                call.giveUp(unsent: .unavailable(reason: obstacle), sent: .unknown(reason: late))
            }
            open.removeAll(where: \.isFinished)
            unsent.removeAll(where: \.isSent)
        }
        probes.expire(at: now, error: obstacle)
    }

    func sessionEnded(_ error: RabbitMQError) -> Bool {
        lastLoss = error
        blockedReason = nil
        window.removeAll { $0.call.settle($0.index, .unknown(reason: error)) }
        open.removeAll(where: \.isFinished)
        probes.sessionEnded()
        return true
    }

    func ended() {
        for call in open { call.giveUp(unsent: .unavailable(reason: .closed), sent: .unknown(reason: .closed)) }
        open = []
        unsent = []
        probes.failAll(.closed)
    }

    /// Why nothing could be sent.
    private var obstacle: RabbitMQError {
        if let blockedReason { return .blocked(reason: blockedReason) }
        if link.session == nil, let lastLoss { return lastLoss }
        return .timedOut("waiting to publish", after: patience)
    }

    /// Returns how many bytes the message took, roughly.
    private func sendNext(of call: PublishCall, on session: Session) throws(RabbitMQError) -> Int {
        let index = call.takeNext()
        let message = call.messages[index]
        if let problem = message.problem(frameMax: session.frameMax) {
            call.settle(index, .invalid(reason: .invalidMessage(problem)))
            if call.isFinished { open.removeAll { $0 === call } }
            return 0
        }
        // Noted before it is sent: if the send fails half way, nobody knows what arrived.
        window.append(PublishTicket(call: call, index: index))
        try session.publish(message)
        return message.body.count + 256
    }

    private static func settle(
        _ ticket: PublishTicket, _ verdict: ConfirmWindow<PublishTicket>.Verdict, _ returned: ReturnedMessage?
    ) {
        let outcome: PublishOutcome
        switch (verdict, returned) {
        case (.rejected, _): outcome = .nacked
        case (.confirmed, let returned?): outcome = .returned(code: returned.code, text: returned.text)
        case (.confirmed, nil): outcome = .confirmed
        }
        ticket.call.settle(ticket.index, outcome)
    }
}
