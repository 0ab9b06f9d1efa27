import FoundationEssentials
import PostgreSQL

/// What people have paused: nothing new is begun in such a queue, nothing is called at such a target.
public struct Pauses: Sendable {
    /// What can be paused.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// The work of one queue.
        case queue
        /// The calls to one system.
        case target
    }

    /// One pause.
    public struct Pause: Sendable, Codable, Equatable {
        /// What is paused.
        public let kind: Kind
        /// Its name.
        public let name: String
        /// The PostgreSQL role that paused it.
        public let actor: String
        /// Why.
        public let why: String
        /// Since when.
        public let at: Date
    }

    private let database: Database

    /// Works through `database`, whose role is who acts.
    public init(database: Database) {
        self.database = database
    }

    /// What is paused now.
    public func all() async throws -> [Pause] {
        try await database.query(HandoffStatements.pauses).compactMap { row in
            guard let kind = Kind(rawValue: try row.value(0, as: String.self)) else { return nil }
            return Pause(
                kind: kind, name: try row.value(1), actor: try row.value(2), why: try row.value(3),
                at: try row.value(4))
        }
    }

    /// Pauses `name`; says who did, if somebody had.
    public func pause(_ kind: Kind, _ name: String, why: String) async throws -> String {
        let isNew = try await database.query(HandoffStatements.pause, kind.rawValue, name, why)[0]
            .value(0, as: Bool.self)
        if isNew { return "\(kind.rawValue) \(name) is paused" }
        guard let earlier = try await all().first(where: { $0.kind == kind && $0.name == name }) else {
            throw ActRefused("\(kind.rawValue) \(name) was resumed this moment: look again")
        }
        return "already paused by \(earlier.actor) since \(earlier.at.formatted(.iso8601)) because \(earlier.why)"
    }

    /// Resumes `name`, and makes due what waited for that; answers what it did.
    public func resume(_ kind: Kind, _ name: String, why: String?) async throws -> String {
        let woken = try await database.query(HandoffStatements.resume, kind.rawValue, name, why)[0]
            .value(0, as: Int32?.self)
        guard let woken else { return "\(kind.rawValue) \(name) is not paused" }
        return "\(kind.rawValue) \(name) is resumed; \(woken) handoffs are due now"
    }
}
