public import Deals
public import Workers

/// Whether a step runs by itself at an entity.
public struct StepMode: CatalogRow {
    /// ``CatalogTable/stepModes``.
    public static let table = CatalogTable.stepModes
    /// What stands for every entity.
    public static let anyEntity = "*"

    /// The code of the legal entity, or `*` for every one that no other row names.
    public let entity: String
    /// The step's name.
    public let step: String
    /// How it runs.
    public let mode: Mode
    /// The team that answers for it.
    public let owner: IncidentClass.Owner
    /// The first day on which it holds.
    public let validFrom: CalendarDate
    /// The last day on which it holds.
    public let validTo: CalendarDate?

    /// How a step runs.
    public enum Mode: String, Sendable, Codable, Hashable, CaseIterable {
        /// By itself.
        case auto
        /// By itself, once somebody has approved it.
        case approve
        /// A person does it and says so.
        case manual
        /// Not at all; that it was left out is recorded.
        case off
    }

    /// Describes a mode.
    public init(
        entity: String = StepMode.anyEntity, step: String, mode: Mode,
        owner: IncidentClass.Owner = .projectOperations, validFrom: CalendarDate, validTo: CalendarDate? = nil
    ) {
        self.entity = entity
        self.step = step
        self.mode = mode
        self.owner = owner
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// Entity and step.
    public var subject: String { "\(entity)/\(step)" }
}
