import CRabbitMQ
import Glibc

/// One connection to one node, from login to loss. It belongs to the thread of the actor that holds it.
///
/// No call waits for the broker except while the connection is being set up; a lost session is thrown away whole.
final class Session {
    let address: BrokerAddress
    let opened: ContinuousClock.Instant
    let frameMax: Int
    /// The heartbeat both sides agreed on.
    let heartbeat: Duration
    let pool = MemoryPool()

    /// Set when the kernel has no room for more; the owner then waits for the socket to become writable.
    private(set) var isCongested = false
    /// When bytes of any kind, heartbeats among them, last arrived.
    private(set) var lastHeard: ContinuousClock.Instant

    private let state: amqp_connection_state_t
    private let descriptorNumber: Int32
    private let watchdog: Watchdog
    private let stuckAfter: Duration
    private let answerWithin: Duration
    private var demultiplexer: Demultiplexer
    private var backlog: [BrokerEvent] = []
    private var lastBeat: ContinuousClock.Instant

    /// The most frames that one drain takes, so that events leave the thread in handy portions.
    private static let framesPerDrain = 600

    /// Takes over a connection that is logged in.
    init(state: amqp_connection_state_t, address: BrokerAddress, settings: BrokerSettings, epoch: Int) {
        self.state = state
        self.address = address
        opened = .now
        lastHeard = .now
        lastBeat = .now
        frameMax = Int(amqp_get_frame_max(state))
        heartbeat = .seconds(Int(amqp_get_heartbeat(state)))
        descriptorNumber = amqp_get_sockfd(state)
        stuckAfter = settings.stuckAfter
        answerWithin = settings.connectTimeout
        watchdog = Watchdog(guarding: descriptorNumber, limit: settings.stuckAfter)
        demultiplexer = Demultiplexer(epoch: epoch)
    }

    deinit {
        // The peer may be dead: nothing is sent and nothing awaited here.
        watchdog.retire()
        amqp_destroy_connection(state)
    }

    /// The socket, to be polled and for nothing else.
    var descriptor: Int32 { descriptorNumber }

    /// Whether events may be waiting where `poll` cannot see them: in the library's queue or its read buffer.
    var mayHaveMore: Bool {
        !backlog.isEmpty || amqp_frames_enqueued(state) != 0 || amqp_data_in_buffer(state) != 0
    }

    /// Whether the broker has been heard within one heartbeat. Only then is it safe to publish: after two, the
    /// library's publish would read without a deadline first.
    var isLive: Bool { ContinuousClock.now - lastHeard < heartbeat }

    /// Takes what has arrived, at most a few hundred frames and one message more than `room` bytes of them, and sends a
    /// heartbeat if one is due.
    func drain(atMost room: Int) throws(RabbitMQError) -> [BrokerEvent] {
        var events = backlog
        var bytes = events.reduce(0) { $0 + $1.bytes }
        backlog = []
        if isReady(for: Int16(POLLIN)) { lastHeard = .now }
        for _ in 0..<Self.framesPerDrain {
            guard bytes < room, let frame = try nextFrame(waiting: .zero) else { break }
            guard let event = try accept(frame) else { continue }
            events.append(event)
            bytes += event.bytes
        }
        return events
    }

    /// Tells the broker that this end lives while nothing is read: the library says so only where it reads.
    func beat() throws(RabbitMQError) {
        guard heartbeat > .zero, ContinuousClock.now - lastBeat >= heartbeat / 2, isWritable() else { return }
        lastBeat = .now
        var frame = amqp_frame_t()
        frame.frame_type = UInt8(AMQP_FRAME_HEARTBEAT)
        try check(watchdog.observe { amqp_send_frame(state, &frame) })
    }

    /// Whether the kernel takes more bytes without making the thread wait.
    func isWritable() -> Bool {
        isCongested = !isReady(for: Int16(POLLOUT))
        return !isCongested
    }

    /// Publishes on channel 1, mandatory.
    func publish(_ message: Message) throws(RabbitMQError) {
        defer { pool.recycle() }
        var properties = message.properties.encoded(in: pool)
        let exchange = pool.bytes(message.exchange)
        let routingKey = pool.bytes(message.routingKey)
        let status = message.body.withUnsafeBytes { body in
            let bytes = amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress))
            return watchdog.observe {
                amqp_basic_publish(state, Channel.work, exchange, routingKey, 1, 0, &properties, bytes)
            }
        }
        try check(status)
        if FrameLayout.fillsLastFrame(bodyLength: message.body.count, frameMax: frameMax) {
            // It fails only on a dead socket, and then the next drain says so.
            _ = crabbitmq_push(descriptorNumber)
        }
    }

    /// Acknowledges one delivery, or all up to it.
    func acknowledge(_ ack: Acknowledgement) throws(RabbitMQError) {
        try check(
            watchdog.observe {
                amqp_basic_ack(state, Channel.work, ack.number, ack.isMultiple ? 1 : 0)
            })
    }

    /// Sends a method; the answer comes out of a later drain.
    func send<Method>(_ id: UInt32, _ method: Method, on channel: UInt16) throws(RabbitMQError) {
        var method = method
        let status = withUnsafeMutablePointer(to: &method) { pointer in
            watchdog.observe { amqp_send_method(state, channel, id, pointer) }
        }
        try check(status)
    }

    /// Sends a method and waits for its answer, keeping what else arrives unless it is of no use any more. Only for setting
    /// the connection up and taking it down.
    func call<Method>(
        _ id: UInt32, _ method: Method, expecting answer: UInt32, what: String, on channel: UInt16 = Channel.work,
        keepingOthers: Bool = true
    ) throws(RabbitMQError) {
        try send(id, method, on: channel)
        let deadline = ContinuousClock.now + answerWithin
        while ContinuousClock.now < deadline {
            guard let frame = try nextFrame(waiting: .milliseconds(100)) else { continue }
            lastHeard = .now
            guard let event = try accept(frame) else { continue }
            switch event {
            case .reply(let reply) where reply.channel == channel && reply.method == answer: return
            case .channelClosed(_, let code, let text): throw .channelClosed(code: code, text: text)
            case .connectionClosed(let code, let text): throw .connectionClosed(code: code, text: text)
            default: if keepingOthers { backlog.append(event) }
            }
        }
        throw .timedOut("\(what) at \(address)", after: answerWithin)
    }

    /// Says goodbye, so that the broker has taken everything sent before when this returns.
    func close() throws(RabbitMQError) {
        let close = amqp_connection_close_t(
            reply_code: 200, reply_text: pool.bytes("done"), class_id: 0, method_id: 0)
        defer { pool.recycle() }
        try call(
            UInt32(AMQP_CONNECTION_CLOSE_METHOD), close, expecting: UInt32(AMQP_CONNECTION_CLOSE_OK_METHOD),
            what: "closing the connection", on: Channel.connection, keepingOthers: false)
    }

    private func nextFrame(waiting limit: Duration) throws(RabbitMQError) -> amqp_frame_t? {
        var frame = amqp_frame_t()
        var time = timeval(tv_sec: 0, tv_usec: Int(limit / .microseconds(1)))
        let status = watchdog.observe { amqp_simple_wait_frame_noblock(state, &frame, &time) }
        if status == AMQP_STATUS_TIMEOUT.rawValue { return nil }
        try check(status)
        return frame
    }

    /// Copies what the frame holds and frees the library's memory for it. The library frees nothing while it is in
    /// the middle of a frame, and under steady load every drain ends in one: right after a frame is the sure moment.
    private func accept(_ frame: amqp_frame_t) throws(RabbitMQError) -> BrokerEvent? {
        defer { amqp_maybe_release_buffers(state) }
        return try demultiplexer.accept(frame)
    }

    private func isReady(for events: Int16) -> Bool {
        var polled = pollfd(fd: descriptorNumber, events: events, revents: 0)
        return poll(&polled, 1, 0) > 0 && polled.revents & events != 0
    }

    private func check(_ status: Int32) throws(RabbitMQError) {
        if status >= 0 { return }
        if watchdog.hasFired { throw .stuck(address, after: stuckAfter) }
        if status == AMQP_STATUS_HEARTBEAT_TIMEOUT.rawValue { throw .silent(address, heartbeat: heartbeat) }
        throw .connectionLost(address, reason: String(cString: amqp_error_string2(status)))
    }
}

/// The channels of a session, by what they are for.
enum Channel {
    /// The connection itself.
    static let connection: UInt16 = 0
    /// Deliveries and acknowledgements, or publishes and confirms.
    static let work: UInt16 = 1
    /// Passive declarations, which close their channel when the answer is no.
    static let probes: UInt16 = 2
}
