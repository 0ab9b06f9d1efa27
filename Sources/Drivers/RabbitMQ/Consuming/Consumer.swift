import CRabbitMQ
import Threads

/// Takes messages from one queue, over a connection of its own that it keeps alive.
///
/// Each delivery must be settled once its effect is committed. What is not settled when the connection ends is
/// delivered again, with a tag of a new epoch. Once the bodies of what is not settled come to `mostBytes`, nothing more is
/// read until something is settled: the prefetch counts messages, and a thousand of them may be a thousand large ones.
public actor Consumer: ConnectionOwner {
    /// What arrives, in portions as they come off the connection; it finishes when consuming stops.
    /// The prefetch and `mostBytes` bound how much can pile up here.
    public nonisolated let deliveries: AsyncStream<[Delivery]>

    /// The connection's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    nonisolated let thread = IOThread()
    var link: Link
    let nextExpiry: ContinuousClock.Instant? = nil

    private enum Intake {
        case open
        /// The broker has yet to be told.
        case stopping
        /// The broker has yet to answer.
        case cancelling
        case stopped
    }

    private let queue: String
    private let prefetch: UInt16
    private let mostBytes: Int
    private let portions: AsyncStream<[Delivery]>.Continuation
    private var intake = Intake.open
    private var stopWaiters: [CheckedContinuation<Void, Never>] = []
    private var tracker = AckTracker(epoch: 0)

    private static let consumerTag = "worker"
    /// How many deliveries one portion holds at most.
    private static let portion = 200

    /// A consumer of `queue` with at most `prefetch` unsettled deliveries, and no more once their bodies come to
    /// `mostBytes`. It connects in `run`.
    public init(
        settings: BrokerSettings, queue: String, prefetch: UInt16, mostBytes: Int = 32 << 20,
        onEvent: @escaping @Sendable (ConnectionEvent) -> Void = { _ in }
    ) {
        link = Link(settings: settings, onEvent: onEvent)
        self.queue = queue
        // To the broker, 0 means no limit at all.
        self.prefetch = max(1, prefetch)
        self.mostBytes = max(1, mostBytes)
        (deliveries, portions) = AsyncStream.makeStream()
    }

    deinit {
        portions.finish()
        thread.stop()
    }

    /// Connects and consumes until `close` is called, the task is cancelled, or consuming was stopped and the
    /// connection is lost. Losses before that are made good and told to the event handler.
    public func run() async throws(RabbitMQError) {
        try await runLink()
    }

    /// Acknowledges deliveries that are done, in any order. Tags of a lost connection are ignored.
    public func settle(_ tags: [DeliveryTag]) {
        tracker.settle(tags)
    }

    /// Deliveries of the present connection that are not settled.
    public var unsettled: Int { tracker.unsettled }

    /// A stopping consumer reads on, because the broker's answer comes behind what is under way.
    var room: Int { intake == .open ? max(0, mostBytes - tracker.heldBytes) : .max }

    /// Takes no more messages and finishes `deliveries`; what was delivered can still be settled.
    public func stopConsuming() async {
        guard intake != .stopped else { return }
        // Without a connection nothing is left to settle.
        guard link.session != nil else { return end() }
        if intake == .open { intake = .stopping }
        await withCheckedContinuation { stopWaiters.append($0) }
    }

    /// Sends the last acknowledgements and ends the connection; `run` returns.
    public func close() {
        end()
    }

    func prepare(_ session: Session) throws(RabbitMQError) {
        try session.call(
            UInt32(AMQP_BASIC_QOS_METHOD), amqp_basic_qos_t(prefetch_size: 0, prefetch_count: prefetch, global: 0),
            expecting: UInt32(AMQP_BASIC_QOS_OK_METHOD), what: "setting the prefetch")
        tracker = AckTracker(epoch: link.epoch)
        var consume = amqp_basic_consume_t()
        consume.queue = session.pool.bytes(queue)
        consume.consumer_tag = session.pool.bytes(Self.consumerTag)
        defer { session.pool.recycle() }
        try session.call(
            UInt32(AMQP_BASIC_CONSUME_METHOD), consume, expecting: UInt32(AMQP_BASIC_CONSUME_OK_METHOD),
            what: "consuming queue \(queue)")
    }

    func receive(_ events: [BrokerEvent], on session: Session) throws(RabbitMQError) {
        var arrived: [Delivery] = []
        for event in events {
            switch event {
            case .delivery(let delivery):
                if intake != .open, tracker.heldBytes >= mostBytes {
                    // Not taken in: it goes back to the queue when the connection ends.
                    tracker.deliver(delivery.tag.number)
                    continue
                }
                tracker.deliver(delivery.tag.number, bytes: delivery.body.count)
                arrived.append(delivery)
                if arrived.count == Self.portion {
                    portions.yield(arrived)
                    arrived = []
                }
            case .consumerCancelled:
                link.onEvent(.cancelled(queue: queue))
                // Consuming again on the same channel with deliveries under way can close it: a new connection
                // is the safe way.
                throw .consumerCancelled(queue: queue)
            case .reply(let reply) where reply.method == AMQP_BASIC_CANCEL_OK_METHOD:
                if !arrived.isEmpty { portions.yield(arrived) }
                arrived = []
                finishIntake()
            default: continue
            }
        }
        if !arrived.isEmpty { portions.yield(arrived) }
    }

    func send(on session: Session) throws(RabbitMQError) {
        guard session.isWritable() else { return }
        for acknowledgement in tracker.takeAcknowledgements() {
            try session.acknowledge(acknowledgement)
        }
        guard intake == .stopping else { return }
        let cancel = amqp_basic_cancel_t(consumer_tag: session.pool.bytes(Self.consumerTag), nowait: 0)
        defer { session.pool.recycle() }
        try session.send(UInt32(AMQP_BASIC_CANCEL_METHOD), cancel, on: Channel.work)
        intake = .cancelling
    }

    func expire(at now: ContinuousClock.Instant) {}

    func sessionEnded(_ error: RabbitMQError) -> Bool {
        tracker = AckTracker(epoch: 0)
        if intake != .open { finishIntake() }
        return intake == .open
    }

    func ended() {
        finishIntake()
    }

    private func finishIntake() {
        intake = .stopped
        portions.finish()
        for waiter in stopWaiters { waiter.resume() }
        stopWaiters = []
    }
}
