import AsyncHTTPClient
import Foundation
import NIOCore
import Synchronization

/// Counts redeliveries by the broker's own statistics, which it renews each five seconds and forgets when it ends: so
/// what is counted is the least that happened.
final class BrokerWatch: Sendable {
    private struct State {
        var redeliveries = 0
        var last: [String: Int] = [:]
    }

    private struct Queue: Decodable {
        struct Statistics: Decodable {
            var redeliver: Int?
        }

        var name: String
        var redeliveries: Int

        private enum CodingKeys: String, CodingKey {
            case name
            case statistics = "message_stats"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            name = try container.decode(String.self, forKey: .name)
            // The broker writes an object without members as an empty array.
            let isEmpty = (try? container.decode([String].self, forKey: .statistics)) != nil
            let statistics = isEmpty ? nil : try container.decodeIfPresent(Statistics.self, forKey: .statistics)
            redeliveries = statistics?.redeliver ?? 0
        }
    }

    private let url: String
    private let authorization: String
    private let state = Mutex(State())

    /// Asks the management API at `api`, a URL with user and password.
    init(api: String) throws {
        guard var components = URLComponents(string: api), let user = components.user,
            let password = components.password
        else { throw DrillRun.Unfit(description: "BATON_AMQP_API has to be a URL with user and password") }
        components.user = nil
        components.password = nil
        url = (components.string ?? "") + "/api/queues?columns=name,message_stats.redeliver"
        authorization = "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    }

    /// Redeliveries seen so far.
    var redeliveries: Int { state.withLock(\.redeliveries) }

    /// Counts until it is cancelled; while the broker is away there is nothing to count.
    func count() async throws {
        while !Task.isCancelled {
            for queue in try await queues() {
                let count = queue.redeliveries
                state.withLock { state in
                    let last = state.last[queue.name] ?? 0
                    // Fewer than before: a new broker has begun to count.
                    state.redeliveries += count < last ? count : count - last
                    state.last[queue.name] = count
                }
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func queues() async throws -> [Queue] {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "Authorization", value: authorization)
        let body: ByteBuffer
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
            guard response.status == .ok else { return [] }
            body = try await response.body.collect(upTo: 1 << 20)
        } catch {
            // The broker is away, as it is on purpose for some of the time.
            return []
        }
        return try JSONDecoder().decode([Queue].self, from: Data(body.readableBytesView))
    }
}
