import Foundation

/// The servers that tests run against, as `make test` names them.
public enum TestServers {
    /// The broker, as administrator.
    public static var amqp: String { get throws { try variable("BATON_TEST_AMQP") } }
    /// The broker's management API, as administrator.
    public static var amqpAPI: String { get throws { try variable("BATON_TEST_AMQP_API") } }
    /// The database, as superuser.
    public static var postgresql: String { get throws { try variable("BATON_TEST_POSTGRESQL") } }

    /// The login of a person of support, who is there once a schema was made.
    public static let person = "anna"

    /// What is missing, and how to get it.
    public struct Missing: Error, CustomStringConvertible {
        let name: String
        /// One line for the person who ran the test.
        public var description: String { "\(name) is not set: run the tests with 'make test'" }
    }

    private static func variable(_ name: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { throw Missing(name: name) }
        return value
    }
}

/// A name that no other test uses.
public func uniqueName(_ prefix: String) -> String {
    "\(prefix)_\(UUID().uuidString.lowercased().replacing("-", with: "").prefix(12))"
}
