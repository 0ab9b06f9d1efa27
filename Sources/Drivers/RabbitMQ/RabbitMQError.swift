/// What went wrong between this process and the broker, and what to do about it. No case ever holds a secret.
public enum RabbitMQError: Error, Sendable, Equatable {
    /// A setting cannot be used.
    case invalidSettings(String)
    /// A broker URL cannot be read.
    case invalidURL(String)
    /// No connection to the address came about.
    case unreachable(BrokerAddress, reason: String)
    /// TLS with the address failed, or the broker could not be verified.
    case insecure(BrokerAddress, reason: String)
    /// The broker refused the login or the virtual host.
    case refused(BrokerAddress, code: UInt16, text: String)
    /// The connection broke.
    case connectionLost(BrokerAddress, reason: String)
    /// Nothing was heard from the broker for two heartbeats.
    case silent(BrokerAddress, heartbeat: Duration)
    /// A library call hung, and the watchdog shut the socket down.
    case stuck(BrokerAddress, after: Duration)
    /// The broker closed the connection.
    case connectionClosed(code: UInt16, text: String)
    /// The broker closed the channel.
    case channelClosed(code: UInt16, text: String)
    /// The broker cancelled the consumer, usually because its queue is gone.
    case consumerCancelled(queue: String)
    /// Something did not come to its end in time.
    case timedOut(String, after: Duration)
    /// The broker's alarm blocks publishing.
    case blocked(reason: String)
    /// A message that the protocol cannot carry.
    case invalidMessage(String)
    /// The broker sent something that makes no sense here.
    case protocolViolation(String)
    /// The connection was closed by its owner.
    case closed
    /// `run` was called a second time.
    case alreadyRun
}

extension RabbitMQError: CustomStringConvertible {
    /// What happened, where, and what to do.
    public var description: String {
        switch self {
        case .invalidSettings(let reason): "broker settings cannot be used: \(reason)"
        case .invalidURL(let reason): "broker URL cannot be read: \(reason)"
        case .unreachable(let address, let reason):
            "cannot connect to the broker at \(address): \(reason); check that it runs and can be reached"
        case .insecure(let address, let reason):
            "no secure connection to the broker at \(address): \(reason)"
        case .refused(let address, let code, let text):
            "the broker at \(address) refused the login (\(code) \(text)); check user, password and virtual host"
        case .connectionLost(let address, let reason):
            "the connection to the broker at \(address) broke: \(reason); it is made again by itself"
        case .silent(let address, let heartbeat):
            "nothing heard from the broker at \(address) for two heartbeats of \(heartbeat); "
                + "the connection is made again"
        case .stuck(let address, let after):
            "a call to the broker at \(address) hung for more than \(after); the connection is made again"
        case .connectionClosed(let code, let text): "the broker closed the connection: \(code) \(text)"
        case .channelClosed(let code, let text): "the broker closed the channel: \(code) \(text)"
        case .consumerCancelled(let queue):
            "the broker cancelled the consumer of queue \(queue); check that the queue exists"
        case .timedOut(let what, let after): "no answer within \(after): \(what)"
        case .blocked(let reason):
            "the broker takes no publishes: \(reason); free its memory or disk"
        case .invalidMessage(let reason): "the message cannot be published: \(reason)"
        case .protocolViolation(let what): "the broker broke the protocol: \(what)"
        case .closed: "the connection was closed by its owner"
        case .alreadyRun: "run() was called twice on the same connection; make a new one instead"
        }
    }
}
