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
        var statistics: Statistics?

        private enum CodingKeys: String, CodingKey {
            case name
            case statistics = "message_stats"
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
            for queue in await queues() {
                let count = queue.statistics?.redeliver ?? 0
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

    private func queues() async -> [Queue] {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "Authorization", value: authorization)
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
            let body = try await response.body.collect(upTo: 1 << 20)
            return try JSONDecoder().decode([Queue].self, from: Data(body.readableBytesView))
        } catch {
            return []
        }
    }
}
