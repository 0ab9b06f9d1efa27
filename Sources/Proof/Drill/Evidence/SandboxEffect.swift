/// One line of the sandbox's log: a thing that was done at a target.
public struct SandboxEffect: Sendable, Decodable, Equatable {
    /// The line's number, which is the order in which things were done.
    public var seq: Int
    /// The system: `crm`, `erp` or `psa`.
    public var system: String
    /// What was done, such as `create_project`.
    public var verb: String
    /// The idempotency key or reference of the call.
    public var key: String
    /// The thing's id, as the target's reads give it.
    public var id: String
    /// Which content was written: equal contents have equal hashes.
    public var hash: String
    /// What was asked, as far as it is judged.
    public var asked: Asked

    /// What was asked, as far as it is judged; every verb has its own fields.
    public struct Asked: Sendable, Decodable, Equatable {
        /// The contract that a project is for, or that a status is about.
        public var contract: String?
        /// The currency of a project or a schedule.
        public var currency: String?
        /// The lines of a schedule.
        public var lines: [Line]?
        /// Which state of a contract a status tells.
        public var sourceVersion: Int64?

        /// One amount of a billing schedule.
        public struct Line: Sendable, Decodable, Equatable {
            /// In minor units.
            public var amountMinor: Int64
        }
    }

    /// The verb that takes back what `verb` made.
    private static let inverses = [
        "delete_project": "create_project", "delete_tasks": "create_tasks",
        "cancel_billing_schedule": "create_billing_schedule", "deactivate_project": "activate_project",
        "delete_contact": "create_contact", "release_dimensions": "reserve_dimensions",
        "withdraw_demand": "publish_demand",
    ]
    private static let makers: Set = [
        "create_customer", "create_contact", "reserve_dimensions", "create_project", "create_tasks",
        "create_billing_schedule", "activate_project", "publish_demand",
    ]

    /// Whether it made a thing.
    var isCreation: Bool { Self.makers.contains(verb) }
    /// The verb of what it took back; nil where it took nothing back.
    var takesBack: String? { Self.inverses[verb] }
    /// Whether doing it again with the same content changes nothing: it replaces all that was there.
    var replacesAll: Bool { verb == "update_customer" }
    /// Names the thing among all systems; targets differ in the case of their letters.
    var thing: String { "\(system)/\(takesBack ?? verb)/\(id.lowercased())" }
}
