import CRabbitMQ

extension Publisher {
    /// How much waits in `queue`, or nil if there is no such queue. Publishing is not disturbed.
    public func depth(of queue: String) async throws(RabbitMQError) -> QueueDepth? {
        guard case .queue(let depth) = try await probe(.queue(queue)) else { return nil }
        return depth
    }

    /// Which of the queues and exchanges the broker does not have, as `queue name` and `exchange name`.
    public func missing(queues: [String], exchanges: [String]) async throws(RabbitMQError) -> [String] {
        var missing: [String] = []
        for queue in queues where try await probe(.queue(queue)) == .missing {
            missing.append("queue \(queue)")
        }
        for exchange in exchanges where try await probe(.exchange(exchange)) == .missing {
            missing.append("exchange \(exchange)")
        }
        return missing
    }

    /// Sends the next question, if one is due.
    func sendProbes(on session: Session) throws(RabbitMQError) {
        guard session.isWritable(), let step = probes.nextStep() else { return }
        defer { session.pool.recycle() }
        switch step {
        case .openChannel:
            try session.send(
                UInt32(AMQP_CHANNEL_OPEN_METHOD),
                amqp_channel_open_t(out_of_band: amqp_bytes_t(len: 0, bytes: nil)), on: Channel.probes)
        case .ask(.queue(let name)):
            var declare = amqp_queue_declare_t()
            declare.queue = session.pool.bytes(name)
            declare.passive = 1
            try session.send(UInt32(AMQP_QUEUE_DECLARE_METHOD), declare, on: Channel.probes)
        case .ask(.exchange(let name)):
            var declare = amqp_exchange_declare_t()
            declare.exchange = session.pool.bytes(name)
            declare.type = session.pool.bytes("direct")
            declare.passive = 1
            try session.send(UInt32(AMQP_EXCHANGE_DECLARE_METHOD), declare, on: Channel.probes)
        }
    }

    /// Takes the answers that arrive on the channel of the questions.
    func receiveProbeEvent(_ event: BrokerEvent, on session: Session) throws(RabbitMQError) {
        switch event {
        case .channelClosed(Channel.probes, let code, let text):
            try session.send(
                UInt32(AMQP_CHANNEL_CLOSE_OK_METHOD), amqp_channel_close_ok_t(), on: Channel.probes)
            probes.channelClosed(code: code, text: text)
        case .reply(let reply) where reply.channel == Channel.probes:
            if reply.method == AMQP_CHANNEL_OPEN_OK_METHOD {
                probes.channelOpened()
            } else {
                probes.found(reply.depth)
            }
        default: return
        }
    }

    private func probe(_ subject: PassiveProbes.Subject) async throws(RabbitMQError) -> PassiveProbes.Answer {
        guard (1...255).contains(subject.name.utf8.count) else {
            throw .invalidSettings("the name of a queue or exchange has 1 to 255 bytes")
        }
        if link.phase == .ended { throw .closed }
        watch()
        let deadline = ContinuousClock.now + patience
        return try await withCheckedContinuation { probes.add(subject, deadline: deadline, $0) }.get()
    }
}
