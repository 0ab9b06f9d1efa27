/// Which stages of a sale start a handoff, at once or when a document is signed, for each source of events.
///
/// Stages are compared without case, and with space, `_` and `-` equal: `Closed Won` is `closed-won`.
public struct TriggerStages: Sendable, Hashable {
    private let bySource: [String: Set<String>]
    private let others: Set<String>
    private let whenSigned: [String: Set<String>]
    private var isEvery = false

    /// All that is wrong with a setting, in words.
    public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        /// One sentence each.
        public let sentences: [String]
        /// The sentences.
        public var description: String { sentences.joined(separator: " ") }
    }

    /// `closed-won`, `contract-executed` and `approved`, for every source.
    public static let standard = TriggerStages(
        bySource: [:], others: ["closed-won", "contract-executed", "approved"], whenSigned: [:])

    /// Every stage of every source: for asking what a deal would do.
    static var every: TriggerStages {
        var stages = standard
        stages.isEvery = true
        return stages
    }

    private init(bySource: [String: Set<String>], others: Set<String>, whenSigned: [String: Set<String>]) {
        self.bySource = bySource
        self.others = others
        self.whenSigned = whenSigned
    }

    /// Reads a setting such as `salesforce=Closed Won,Contract Executed;*=closed-won`.
    ///
    /// `*` stands for every source that is not named; without it these have the standard stages. With `sign:` before the
    /// source, as in `sign:salesforce=Contract Sent`, a deal at such a stage starts when a document of its opportunity is
    /// signed.
    public init(parsing setting: String) throws(Problem) {
        var bySource: [String: Set<String>] = [:]
        var others: Set<String>?
        var whenSigned: [String: Set<String>] = [:]
        var sentences: [String] = []
        for rule in setting.split(separator: ";") where !TriggerStages.trimmed(rule).isEmpty {
            let halves = rule.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = TriggerStages.trimmed(halves[0])
            let isSigned = name.hasPrefix("sign:")
            let source = isSigned ? TriggerStages.trimmed(name.dropFirst("sign:".count)) : name
            let stages = Set((halves.count > 1 ? halves[1] : "").split(separator: ",").map(TriggerStages.normal))
                .subtracting([""])
            if source != "*", let problem = TextRule.source.problem(with: source) {
                sentences.append("Trigger stages: the source '\(source)' \(problem).")
            }
            if stages.isEmpty { sentences.append("Trigger stages: '\(name)' has no stage.") }
            let isKnown =
                isSigned ? whenSigned[source] != nil : bySource[source] != nil || source == "*" && others != nil
            if isKnown { sentences.append("Trigger stages: '\(name)' is named twice.") }
            if isSigned {
                whenSigned[source] = stages
            } else if source == "*" {
                others = stages
            } else {
                bySource[source] = stages
            }
        }
        let atOnce = others ?? TriggerStages.standard.others
        for (source, stages) in whenSigned.sorted(by: { $0.key < $1.key }) {
            for stage in stages.intersection(bySource[source] ?? atOnce).sorted() {
                sentences.append("Trigger stages: '\(source)' starts at '\(stage)' both at once and when signed.")
            }
        }
        guard sentences.isEmpty else { throw Problem(sentences: sentences) }
        self.init(bySource: bySource, others: atOnce, whenSigned: whenSigned)
    }

    /// Whether an event of `source` at `stage` starts a handoff.
    public func start(_ stage: String, from source: String) -> Bool {
        isEvery || (bySource[source] ?? others).contains(TriggerStages.normal(stage[...]))
    }

    /// Whether an event of `source` at `stage` starts a handoff as soon as a document of its opportunity is signed.
    public func startWhenSigned(_ stage: String, from source: String) -> Bool {
        !start(stage, from: source)
            && (whenSigned[source] ?? whenSigned["*"] ?? []).contains(TriggerStages.normal(stage[...]))
    }

    private static func normal(_ stage: Substring) -> String {
        String(trimmed(stage).lowercased().map { $0 == " " || $0 == "_" ? "-" : $0 })
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }
}
