import ArgumentParser
import Handoffs
import Workers

/// The words that filters take: any other is refused with those that there are, since it would match nothing for ever.
public enum Known {
    /// A queue by its name.
    public static func queue(_ text: String) throws -> String {
        try one(of: Queue.all.map(\.name), text, "queue")
    }

    /// A class of incidents.
    public static func incidentClass(_ text: String) throws -> String {
        try one(of: IncidentClass.allCases.map(\.rawValue), text, "class")
    }

    /// A team by its stored name or as it is shown: `sales_operations`, `sales operations`.
    public static func owner(_ text: String) throws -> String {
        try one(of: IncidentClass.Owner.allCases.map(\.rawValue), text.lowercased().replacing(" ", with: "_"), "owner")
    }

    /// A step's name, with its instance or without.
    public static func step(_ text: String) throws -> String {
        _ = try one(of: DealHandoff.stepNames, text.split(separator: "/").first.map(String.init) ?? text, "step")
        return text
    }

    /// The state of a handoff, or `rejected`.
    public static func state(_ text: String) throws -> String { try one(of: states, text, "state") }

    private static let states = [
        "rejected", "behind", "ready", "running", "waiting", "parked", "finished", "compensated", "stopped",
        "discarded",
    ]

    private static func one(of known: [String], _ text: String, _ what: String) throws -> String {
        guard known.contains(text) else {
            throw ValidationError("there is no \(what) \(text); there are \(known.joined(separator: ", "))")
        }
        return text
    }
}
