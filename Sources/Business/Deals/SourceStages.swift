/// The stages of one source of events, for a mapping to ask before it reads what is not filled yet, and how it is read.
public struct SourceStages: Sendable {
    private let source: String
    private let triggers: TriggerStages
    /// How the source's events are read where companies differ.
    public let policy: SourcePolicy

    /// The stages that `triggers` says for `source`, the name that the event itself gives.
    public init(of source: String, in triggers: TriggerStages, by policy: SourcePolicy = .standard) {
        self.source = source
        self.triggers = triggers
        self.policy = policy
    }

    /// Whether a handoff may come of an event at `stage`, at once or when a document of its opportunity is signed.
    public func start(_ stage: String) -> Bool {
        triggers.start(stage, from: source) || triggers.startWhenSigned(stage, from: source)
    }

    /// Why an event at another stage asks for nothing, in the words in which any event is ignored.
    public var reason: String { "the stage starts no handoff for source \(source)" }
}
