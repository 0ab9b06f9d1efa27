import Foundation
import Glibc

/// What processes have used, as the kernel counts it.
struct ProcessUse: Sendable {
    var cpuSeconds = 0.0
    var anonymousMegabytes = 0.0

    /// Of one process and those it started, as far as they still run.
    static func of(_ pids: [Int32]) -> ProcessUse {
        pids.reduce(into: ProcessUse()) { use, pid in
            use.cpuSeconds += cpuSeconds(of: pid)
            use.anonymousMegabytes += anonymousMegabytes(of: pid)
        }
    }

    /// All processes of which `pid` is an ancestor, and itself.
    static func tree(of pid: Int32) -> [Int32] {
        let children = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        return [pid]
            + children.flatMap { task in
                text("/proc/\(pid)/task/\(task)/children").split(separator: " ").compactMap { Int32($0) }
                    .flatMap(tree)
            }
    }

    /// The processes whose command line contains `words`.
    static func pids(running words: String) -> [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
            .filter { text("/proc/\($0)/cmdline").replacing("\0", with: " ").contains(words) }
    }

    private static func cpuSeconds(of pid: Int32) -> Double {
        // The name in the second field may hold spaces: what counts comes after its parenthesis.
        guard let fields = text("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " "),
            fields.count > 14, let user = Double(fields[11]), let system = Double(fields[12])
        else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func anonymousMegabytes(of pid: Int32) -> Double {
        let line = text("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        return line.flatMap { Double($0.split(separator: " ").dropFirst().first ?? "") }.map { $0 / 1024 } ?? 0
    }

    private static func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
}
