/// Why the broker's topology could not be read or set.
public enum TopologyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The setting is not an address of a management API.
    case badAddress(String)
    /// Plain HTTP would carry passwords over a network.
    case plainHTTP(host: String)
    /// Nobody answers there.
    case unreachable(address: String, reason: String)
    /// The broker took too long.
    case timedOut(address: String)
    /// Whoever asked was told to stop.
    case cancelled
    /// The broker does not let this user in, or not as far as that.
    case notAuthorized(address: String, user: String, reason: String)
    /// There is no such virtual host, or the address is not that of a management API.
    case notFound(address: String, virtualHost: String)
    /// The broker holds things that are declared otherwise; nothing was touched.
    case differing([TopologyDifference])
    /// A dead-letter queue has to be replaced, and something stands in it; nothing was touched.
    case notEmpty(queue: String, messages: Int)
    /// The broker said no to one request.
    case rejected(address: String, request: String, status: Int, reason: String)
    /// The answer cannot be read.
    case unreadable(address: String, request: String, reason: String)
    /// An account has to be created and its password is not there.
    case noPassword(account: String)
    /// Some of it was done before it failed; what was created is named, because rows may have to be set due for it.
    indirect case incomplete(TopologyChanges, because: TopologyError)

    /// What happened, where, and what to do.
    public var description: String {
        switch self {
        case .badAddress(let why):
            "The address of the broker's management API is not usable: \(why). "
                + "It looks like http://user:password@127.0.0.1:15672 or https://user:password@broker.example:15671."
        case .plainHTTP(let host):
            "The management API at \(host) would be called over plain HTTP, passwords included. "
                + "Use https, or 127.0.0.1 on the broker's own machine, or allow plain HTTP explicitly."
        case .unreachable(let address, let reason):
            "The broker's management API at \(address) does not answer: \(reason). "
                + "Is the broker up, and the plugin rabbitmq_management enabled there?"
        case .timedOut(let address):
            "The broker's management API at \(address) took too long. "
                + "Look at the broker's load and log, then try again; trying again is harmless."
        case .cancelled:
            "Stopped on request, before the broker's management API had answered."
        case .notAuthorized(let address, let user, let reason):
            "The broker at \(address) does not allow user \(user) to do this: \(reason). "
                + "Check the password; plan needs the tag management, apply with accounts the tag administrator, "
                + "and apply needs configure, write and read on the virtual host."
        case .notFound(let address, let virtualHost):
            "The broker at \(address) has no virtual host \(virtualHost), or no management API at that address. "
                + "Create it with `rabbitmqctl add_vhost \(virtualHost)`, or correct the setting."
        case .differing(let differences):
            "The broker holds things that are declared otherwise and cannot be changed in place; nothing was touched:\n"
                + differences.map { "  \($0)\n" }.joined()
                + (differences.contains(where: \.canBeReplaced)
                    ? "A dead-letter queue without the limit loses on RabbitMQ 4 what nobody collected: stop the workers, "
                        + "`requeue drain`, then apply with --replace-dead-letters.\n" : "")
                + "Drain the queue, delete it with `rabbitmqctl delete_queue`, apply again; "
                + "or correct the description. An account with tags administers the broker: choose another name."
        case .notEmpty(let queue, let messages):
            "\(queue) has to be replaced and holds messages (\(messages)): "
                + "stop the workers, `requeue drain`, apply again. Nothing was touched."
        case .rejected(let address, let request, let status, let reason):
            "The broker at \(address) answered \(status) to \(request): \(reason). Make a plan to see what stands."
        case .unreadable(let address, let request, let reason):
            "The answer of \(address) to \(request) is not that of a RabbitMQ management API: \(reason). "
                + "Correct the address."
        case .noPassword(let account):
            "Account \(account) has to be created and has no password: put it into a file of that name."
        case .incomplete(let changes, let error):
            "Stopped after \(changes.created.count) things had been created"
                + (changes.created.isEmpty
                    ? "" : " (" + changes.created.map(\.description).joined(separator: ", ") + ")")
                + ". Apply again when the cause is removed. \(error)"
        }
    }
}
