import AsyncHTTPClient
import Foundation
import NIOSSL

/// The broker's management API, for one virtual host: looks, and creates what is missing; deletes nothing.
public struct BrokerAdministration: Sendable {
    let address: ManagementAddress
    let virtualHost: String
    private let client: HTTPClient
    private let timeout: Duration

    /// Runs `body` with the management API at `address`, and closes its connections afterwards. Its certificate must be
    /// signed by one of `authorityFile`, or of the system's. `timeout` is what each question may take, repeats included.
    public static func with<Value: Sendable>(
        _ address: ManagementAddress, authorityFile: String? = nil, virtualHost: String = "/",
        timeout: Duration = .seconds(10),
        _ body: (BrokerAdministration) async throws -> Value
    ) async throws -> Value {
        // Following a redirect could carry passwords to another host.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        if let authorityFile {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(authorityFile)
            tls.minimumTLSVersion = .tlsv12
            configuration.tlsConfiguration = tls
        }
        configuration.timeout.connect = .nanoseconds(timeout.nanoseconds)
        // A refused connection is news for a person, not something to try again until the time is over.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let administration = BrokerAdministration(
            address: address, virtualHost: virtualHost, client: client, timeout: timeout)
        do {
            let result = try await body(administration)
            try await client.shutdown()
            return result
        } catch {
            try await client.shutdown()
            throw error
        }
    }

    /// Reads the list at `path`; the virtual host is part of it, so its absence means that there is none.
    func list<Element: Decodable>(_ path: [String], of type: Element.Type) async throws(TopologyError) -> [Element] {
        guard let list = try await find(path, as: [Element].self) else {
            throw .notFound(address: address.description, virtualHost: virtualHost)
        }
        return list
    }

    /// Reads the value at `path`, or nothing if there is none.
    func find<Value: Decodable>(_ path: [String], as type: Value.Type) async throws(TopologyError) -> Value? {
        let answer = try await ask(path)
        if answer.status == 404 { return nil }
        let body = try accepted(answer)
        do {
            return try JSONDecoder().decode(type, from: body)
        } catch {
            throw .unreadable(address: address.description, request: answer.request, reason: "\(error)".bounded)
        }
    }

    /// A broker that has just started answers 500 or 503 until it has gathered what it is asked for: asked again within
    /// the time of one question.
    private func ask(_ path: [String]) async throws(TopologyError) -> Answer {
        let end = ContinuousClock.now + timeout
        var answer = try await send("GET", path, until: end)
        while [500, 503].contains(answer.status), ContinuousClock.now + Self.pause < end {
            do { try await Task.sleep(for: Self.pause) } catch { throw .cancelled }
            do {
                answer = try await send("GET", path, until: end)
            } catch {
                // What it said before tells more than that there was no time to say it once more.
                guard case .timedOut = error else { throw error }
                return answer
            }
        }
        return answer
    }

    /// What a broker that is not through yet is given before it is asked again.
    private static let pause = Duration.milliseconds(300)

    /// Reads the value at `path` as the user `name`, should that be its password too; nothing if it is not.
    func find<Value: Decodable>(
        _ path: [String], as type: Value.Type, loggingInAs name: String
    ) async throws(TopologyError) -> Value? {
        let answer = try await send("GET", path, credentials: "\(name):\(name)")
        guard answer.status == 200 else { return nil }
        return try? JSONDecoder().decode(type, from: answer.body)
    }

    /// Declares `body` at `path`, with `PUT` where the path names the thing and `POST` where the broker does.
    func declare(_ method: String, _ path: [String], _ body: some Encodable) async throws(TopologyError) {
        let data: Data
        do {
            data = try JSONEncoder().encode(body)
        } catch {
            throw .unreadable(address: address.description, request: method, reason: "\(error)".bounded)
        }
        _ = try accepted(try await send(method, path, body: data))
    }

    /// Posts `body` to `path` and reads the answer.
    func post<Value: Decodable>(
        _ path: [String], _ body: some Encodable, as type: Value.Type
    ) async throws(TopologyError) -> Value {
        let question: Data
        do {
            question = try JSONEncoder().encode(body)
        } catch {
            throw .unreadable(address: address.description, request: "POST", reason: "\(error)".bounded)
        }
        let answer = try await send("POST", path, body: question)
        let data = try accepted(answer)
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw .unreadable(address: address.description, request: answer.request, reason: "\(error)".bounded)
        }
    }

    private struct Answer {
        let request: String
        let status: Int
        let body: Data
    }

    private func accepted(_ answer: Answer) throws(TopologyError) -> Data {
        if (200..<300).contains(answer.status) { return answer.body }
        // The broker's own words, where it has any; a page of some other server is cut short.
        struct Reason: Decodable { let reason: String }
        let said = (try? JSONDecoder().decode(Reason.self, from: answer.body))?.reason
        let reason = (said ?? String(decoding: answer.body.prefix(300), as: UTF8.self)).bounded
        switch answer.status {
        case 401, 403: throw .notAuthorized(address: address.description, user: address.user, reason: reason)
        case 404: throw .notFound(address: address.description, virtualHost: virtualHost)
        default:
            throw .rejected(
                address: address.description, request: answer.request, status: answer.status, reason: reason)
        }
    }

    private func send(
        _ method: String, _ path: [String], body: Data? = nil, credentials: String? = nil,
        until end: ContinuousClock.Instant? = nil
    ) async throws(TopologyError) -> Answer {
        let path = "/api/" + path.map(\.percentEncoded).joined(separator: "/")
        var request = HTTPClientRequest(url: address.base + path)
        request.method = .init(rawValue: method)
        let given = credentials ?? "\(address.user):\(address.password.text)"
        let credentials = Data(given.utf8).base64EncodedString()
        request.headers.add(name: "authorization", value: "Basic \(credentials)")
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(body)
        }
        do {
            let left = end.map { max($0 - .now, .zero) } ?? timeout
            let response = try await client.execute(request, timeout: .nanoseconds(left.nanoseconds))
            // A broker with 10,000 queues answers with about 5 MB.
            let bytes = try await response.body.collect(upTo: 64 << 20)
            return Answer(
                request: "\(method) \(path)", status: Int(response.status.code), body: Data(bytes.readableBytesView))
        } catch  where Task.isCancelled {
            throw .cancelled
        } catch let error as HTTPClientError where [.connectTimeout, .deadlineExceeded, .readTimeout].contains(error) {
            throw .timedOut(address: address.description)
        } catch {
            throw .unreachable(address: address.description, reason: "\(error)".bounded)
        }
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}

extension String {
    fileprivate var bounded: String { String(prefix(300)) }

    /// The text as one segment of a path.
    fileprivate var percentEncoded: String {
        utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            if isPlain || "-._~".unicodeScalars.contains(scalar) { return String(scalar) }
            let hexadecimal = String(byte, radix: 16, uppercase: true)
            return "%" + (hexadecimal.count == 1 ? "0" : "") + hexadecimal
        }.joined()
    }
}
