import ArgumentParser
import Drill
import Foundation

/// Runs a drill on private servers.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Carries deals through workers and servers that are killed on purpose.",
        discussion: """
            Wants fresh servers and the environment that 'Deploy/local/servers env drill' prints: Deploy/local/drill does \
            all of it. Starts the sandbox and the workers that lie beside it, writes everything below --folder, and \
            judges at the end as 'drill check' does. Exit status: 0 passed, 1 failed, 2 could not be run.
            """)

    @Option(help: "Deals that are sold.") var deals = 500
    @Option(help: "Where all dice start; drawn if not given.") var seed: UInt64?
    @Option(help: "Processes of each of the four workers.") var workers = 2
    @Option(help: "Folder for logs, lists and the report.") var folder = ".run/drill-report"
    @Option(help: "What happens, of: \(DrillSettings.Fault.allCases.map(\.rawValue).joined(separator: ",")); or none.")
    var faults = DrillSettings.Fault.allCases.map(\.rawValue).joined(separator: ",")
    @Option(help: "Share of deals that a later version follows.") var updated = 0.05
    @Option(help: "Share of deals that are cancelled.") var cancelled = 0.05
    @Option(help: "Share of deals that a target refuses.") var refused = 0.05
    @Option(help: "Share of calls that take effect without an answer.") var lostAnswers = 0.01
    @Option(help: "Share of the calls that make something which take effect late, without an answer.") var late = 0.0
    @Option(help: "Seconds by which they are late.") var lateSeconds = 18
    @Option(help: "Share of all calls that take a second longer.") var slow = 0.0
    @Option(help: "Seconds over which most deals are published; by the number of deals if not given.")
    var loadSeconds: Int?
    @Option(help: "Seconds within which all must come to rest after the last fault.") var restSeconds = 180
    @Option(help: "A worker's setting, as NAME=VALUE; may be repeated.") var workerSetting: [String] = []
    @Option(help: "The servers' name.") var servers = "drill"
    @Flag(help: "Print the report as JSON.") var json = false

    func validate() throws {
        guard deals > 0, workers > 0, restSeconds > 0, lateSeconds > 0, loadSeconds ?? 1 > 0 else {
            throw ValidationError("counts and seconds must be positive")
        }
        guard [updated, cancelled, refused, lostAnswers, late, slow].allSatisfy((0...1).contains) else {
            throw ValidationError("shares lie between 0 and 1")
        }
        _ = try (wantedFaults, wantedSettings)
    }

    private var wantedFaults: Set<DrillSettings.Fault> {
        get throws {
            if faults == "none" { return [] }
            return Set(
                try faults.split(separator: ",").map { name in
                    guard let fault = DrillSettings.Fault(rawValue: String(name)) else {
                        throw ValidationError("no such fault: \(name)")
                    }
                    return fault
                })
        }
    }

    private var wantedSettings: [String: String] {
        get throws {
            try workerSetting.reduce(into: [:]) { settings, text in
                let parts = text.split(separator: "=", maxSplits: 1)
                guard parts.count == 2 else { throw ValidationError("'\(text)' is not NAME=VALUE") }
                settings[String(parts[0])] = String(parts[1])
            }
        }
    }

    func run() async throws {
        let report: DrillReport
        do {
            var settings = DrillSettings(
                deals: deals, seed: seed ?? UInt64.random(in: 1...999_999), folder: folder,
                products: try Self.products)
            settings.workers = workers
            settings.faults = try wantedFaults
            settings.updated = updated
            settings.cancelled = cancelled
            settings.refused = refused
            settings.lostAnswers = lostAnswers
            settings.late = late
            settings.lateEffect = .seconds(lateSeconds)
            settings.slow = slow
            settings.workerSettings = try wantedSettings
            settings.servers = servers
            settings.restLimit = .seconds(restSeconds)
            if let loadSeconds { settings.load = .seconds(loadSeconds) }
            let began = ContinuousClock.now
            report = try await DrillRun(settings, environment: ProcessInfo.processInfo.environment) { text in
                FileHandle.say("\(Int(began.duration(to: .now) / .seconds(1))) s: \(text)")
            }.run()
            try report.json.write(toFile: folder + "/report.json", atomically: true, encoding: .utf8)
        } catch {
            FileHandle.say("\(error)")
            throw ExitCode(2)
        }
        print(json ? try report.json : report.text)
        if !report.isPassed { throw ExitCode(1) }
    }

    /// The folder of this executable, where the build put the others too.
    private static var products: String {
        get throws {
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return URL(fileURLWithPath: own).deletingLastPathComponent().path
        }
    }
}

extension FileHandle {
    /// Says `text` to the person who started the program.
    static func say(_ text: String) { standardError.write(Data("drill: \(text)\n".utf8)) }
}

extension Encodable {
    /// The value as JSON for programs.
    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
