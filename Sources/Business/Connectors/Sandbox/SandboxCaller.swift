import AsyncHTTPClient
import NIOCore

/// Where the sandbox is and how it is spoken to; its three systems share one.
public struct SandboxCaller: Sendable {
    /// The base address is not one that can be called.
    public struct WrongAddress: Error, CustomStringConvertible {
        /// What is wrong, for the person who set it.
        public let description: String
    }

    private let base: String
    private let client: HTTPClient

    /// Speaks to the sandbox at `baseURL`, such as `http://127.0.0.1:8090`, through a client with ``clientConfiguration``.
    public init(baseURL: String, client: HTTPClient) throws(WrongAddress) {
        guard ["http://", "https://"].contains(where: { baseURL.hasPrefix($0) && baseURL != $0 }) else {
            throw WrongAddress(description: "the sandbox's address must begin with http:// or https://")
        }
        base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.client = client
    }

    /// What a client must be like: no redirects, no second tries, connections for many calls at once.
    public static var clientConfiguration: HTTPClient.Configuration { HTTPCaller.clientConfiguration }

    /// A caller for the system that errors and metrics know as `target`, whose paths begin with `path`.
    func caller(_ target: String, path: String) -> HTTPCaller {
        HTTPCaller(target: target, base: base + path, client: client) { answer in
            SandboxWire.Problem.details(of: answer).map { "\($0.code): \($0.text)" }
        }
    }
}
