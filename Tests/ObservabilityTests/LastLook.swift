import Foundation
import ServiceLifecycle
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A worker that, when told to stop, looks once more whether the health server still answers.
final class LastLook: Service {
    private let ports: AsyncStream<Int>
    private let seen = Atomic<Bool>(false)
    private let gate = Gate()

    init(ports: AsyncStream<Int>) { self.ports = ports }

    var sawServer: Bool { seen.load(ordering: .relaxed) }

    func started() async { await gate.pass() }

    func run() async throws {
        var bound = 0
        for await port in ports {
            bound = port
            break
        }
        gate.open()
        try await gracefulShutdown()
        guard let url = URL(string: "http://127.0.0.1:\(bound)/health/live") else { return }
        let session = URLSession(configuration: .ephemeral)
        defer { session.invalidateAndCancel() }
        let (_, response) = try await session.data(from: url)
        seen.store((response as? HTTPURLResponse)?.statusCode == 200, ordering: .relaxed)
    }
}
