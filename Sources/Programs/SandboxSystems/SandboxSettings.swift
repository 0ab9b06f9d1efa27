/// Where the sandbox listens, where its state lies, and its limits.
public struct SandboxSettings: Sendable {
    /// The address to listen on.
    public var host: String
    /// The port to listen on; 0 takes any free one.
    public var port: Int
    /// The JSON-lines file that is both state and log.
    public var stateFile: String
    /// A file that gets the port once the sandbox listens; nil for none.
    public var portFile: String?
    /// How long after its acceptance a billing schedule is active.
    public var billingDelay: Duration
    /// The largest request body, in bytes.
    public var maximumBody: Int
    /// How long a request may take, faults included, before its connection is closed.
    public var requestTime: Duration

    /// The limits that hold unless told otherwise: 50 ms, 1 MiB, 60 s.
    public init(
        host: String = "127.0.0.1", port: Int = 0, stateFile: String, portFile: String? = nil,
        billingDelay: Duration = .milliseconds(50), maximumBody: Int = 1 << 20, requestTime: Duration = .seconds(60)
    ) {
        self.host = host
        self.port = port
        self.stateFile = stateFile
        self.portFile = portFile
        self.billingDelay = billingDelay
        self.maximumBody = maximumBody
        self.requestTime = requestTime
    }
}
