import Configuration
import Synchronization
import Testing

@testable import Settings

@Suite struct DocumentationTests {
    @Test("what is documented is what is read, no more and no less")
    func complete() {
        let reads = Reads()
        var reader = SettingsReader(environment: least, readFile: reading([:]), accessReporter: reads)
        _ = WorkerSettings(reading: &reader)
        let documented = WorkerSettings.documentation.flatMap(\.variables)
        #expect(reads.names.sorted() == documented.sorted())
    }

    @Test("what is documented of the gateway is what it reads, and a secret is marked as one")
    func gateway() {
        let reads = Reads()
        var reader = SettingsReader(environment: [:], readFile: reading([:]), accessReporter: reads)
        _ = GatewaySettings(reading: &reader)
        let documented = GatewaySettings.documentation
        #expect(reads.names.sorted() == documented.flatMap(\.variables).sorted())
        #expect(Set(documented.map(\.name)).count == documented.count)
        let secrets = Reads()
        let all = Dictionary(uniqueKeysWithValues: documented.map { ($0.name, "sesame") })
        var second = SettingsReader(environment: all, readFile: reading([:]), accessReporter: secrets)
        _ = GatewaySettings(reading: &second)
        #expect(secrets.secretNames.sorted() == documented.filter(\.isSecret).map(\.name).sorted())
    }

    @Test("a secret is marked as one wherever it is read")
    func secrets() {
        let reads = Reads()
        let all = Dictionary(uniqueKeysWithValues: WorkerSettings.documentation.map { ($0.name, "sesame") })
        var reader = SettingsReader(environment: all, readFile: reading([:]), accessReporter: reads)
        _ = WorkerSettings(reading: &reader)
        #expect(reads.secretNames.sorted() == WorkerSettings.documentation.filter(\.isSecret).map(\.name).sorted())
    }

    @Test("a documented default, set in so many words, changes nothing")
    func defaults() throws {
        let fallbacks = WorkerSettings.documentation.compactMap { setting in
            setting.fallback.map { (setting.name, $0) }
        }
        #expect(fallbacks.count == 38)
        #expect(try settings(Dictionary(uniqueKeysWithValues: fallbacks)) == settings())
    }

    @Test("help and table name each variable, its default and what it takes")
    func rendered() {
        for setting in WorkerSettings.documentation {
            for name in setting.variables {
                #expect(WorkerSettings.documentation.helpText.contains(name))
                #expect(WorkerSettings.markdownTable.contains("`\(name)`"))
            }
            #expect(WorkerSettings.documentation.helpText.contains(setting.fallbackText))
            #expect(WorkerSettings.markdownTable.contains(setting.expected))
            #expect(!setting.meaning.contains("|") && !setting.expected.contains("|"))
        }
        #expect(WorkerSettings.documentation.helpText.contains("  BATON_LEASE (default: 15s)\n"))
        let row = "| `BATON_POOL_SIZE` | `4` | How many connections to PostgreSQL a worker holds. |"
        #expect(WorkerSettings.markdownTable.contains(row))
    }
}

/// Notes which variables were asked for.
private final class Reads: AccessReporter {
    private let events = Mutex<[(name: String, isSecret: Bool)]>([])

    var names: [String] { events.withLock { $0.map(\.name) } }
    var secretNames: [String] { events.withLock { $0.filter(\.isSecret).map(\.name) } }

    func report(_ event: AccessEvent) {
        let name = event.metadata.key.components.joined(separator: "_").uppercased()
        let isSecret: Bool
        switch event.result {
        case .success(let value): isSecret = value?.isSecret ?? false
        case .failure: isSecret = false
        }
        events.withLock { $0.append((name, isSecret)) }
    }
}
