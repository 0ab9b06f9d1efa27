import CPostgreSQL

/// Where the database is and how long anything may take. A duration of nil means no limit.
public struct DatabaseSettings: Sendable {
    /// The password; it is taken out of the connection string if it stands there.
    public var password: Secret?
    /// What the server's views call these connections.
    public var applicationName = "baton"
    /// The schemas to look in, in order; the role's own if nil.
    public var searchPath: [String]?
    /// How long one statement may run.
    public var statementTimeout: Duration? = .seconds(10)
    /// How long one statement may wait for a lock.
    public var lockTimeout: Duration? = .seconds(5)
    /// How long the server lets a transaction stand idle before it ends the connection.
    public var idleInTransactionTimeout: Duration? = .seconds(30)
    /// How long one host may take to let us in, name lookup apart.
    public var connectTimeout: Duration = .seconds(5)
    /// How long a call waits for a connection before it gives up unsent.
    public var acquireTimeout: Duration = .seconds(5)
    /// How long the server may stay silent while it owes an answer, before the connection counts as dead.
    /// It must be longer than `statementTimeout`.
    public var answerTimeout: Duration = .seconds(30)
    /// How long a connection may be idle before the server is asked whether it is still there.
    public var idleCheckInterval: Duration = .seconds(30)

    /// Further settings of each session, by PostgreSQL's own names, such as `enable_seqscan`.
    public var sessionSettings: [String: String] = [:]

    /// What the connection string said, by libpq's keywords, without the password.
    let keywords: [String: String]

    /// Reads a connection string or URI: several hosts, `target_session_attrs`, `sslmode`, `sslrootcert` and all
    /// else that libpq knows.
    public init(_ connectionString: String, password: Secret? = nil) throws(PostgreSQLError) {
        var message: UnsafeMutablePointer<CChar>?
        guard let parsed = PQconninfoParse(connectionString, &message) else {
            PQfreemem(message)
            // libpq's own message quotes the string, and with it perhaps the password.
            throw .configuration("the connection string is not one that libpq understands")
        }
        defer { PQconninfoFree(parsed) }
        var keywords: [String: String] = [:]
        var option = parsed
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { keywords[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        let inString = keywords.removeValue(forKey: "password").map { Secret($0) }
        self.password = password ?? inString
        self.keywords = keywords
    }

    /// All that libpq is told about a connection to `endpoint`.
    func parameters(for endpoint: Endpoint) -> [String: String] {
        var all = [
            "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3",
            "tcp_user_timeout": "15000", "gssencmode": "disable",
        ]
        all.merge(keywords) { _, given in given }
        all["client_encoding"] = "UTF8"
        all["application_name"] = applicationName
        all["options"] = options
        all["host"] = endpoint.host
        all["hostaddr"] = endpoint.address
        all["port"] = endpoint.port
        all["password"] = password?.value
        return all
    }

    private var options: String {
        var words = keywords["options"].map { [$0] } ?? []
        if let searchPath {
            let quoted = searchPath.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",")
            words.append("-c search_path=\(Self.escape(quoted))")
        }
        words.append("-c statement_timeout=\(Self.milliseconds(statementTimeout))")
        words.append("-c lock_timeout=\(Self.milliseconds(lockTimeout))")
        words.append("-c idle_in_transaction_session_timeout=\(Self.milliseconds(idleInTransactionTimeout))")
        for (name, value) in sessionSettings.sorted(by: { $0.key < $1.key }) {
            words.append("-c \(name)=\(Self.escape(value))")
        }
        return words.joined(separator: " ")
    }

    /// The server splits options at white space, and takes what follows a backslash as it is.
    private static func escape(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing(" ", with: "\\ ")
    }

    private static func milliseconds(_ duration: Duration?) -> Int64 {
        guard let duration else { return 0 }
        return max(1, Int64(duration / .milliseconds(1)))
    }
}

extension DatabaseSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        ["host", "hostaddr", "port", "dbname", "user", "sslmode", "target_session_attrs"]
            .compactMap { key in keywords[key].map { "\(key)=\($0)" } }.joined(separator: " ")
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["connection": description]) }
}
