import Connectors

extension HandoffPlan {
    /// Whether the customer's parent is made or linked before it. A customer that is linked keeps the parent that it has,
    /// and nobody is their own.
    var hasParentStep: Bool {
        guard let provisioning, provisioning.linkedCustomerID == nil else { return false }
        if provisioning.linkedParentID != nil { return true }
        return provisioning.parent.map { parent in
            (provisioning.parentKey ?? Self.naturalKey(of: parent))
                != (provisioning.customerKey ?? Self.naturalKey(of: customer))
        } ?? false
    }

    /// What a handoff does beyond customer, project, tasks and schedule, and by which rules it was planned.
    ///
    /// Plans are stored: what is not written is empty, and what is added here later has to be read so too.
    public struct Provisioning: Codable, Sendable, Equatable {
        /// The customer to which the plan's customer belongs; nil where it belongs to none, or is linked.
        public var parent: CustomerRecord?
        /// The id of the parent, where it is known to be there: it is linked, and nothing is made.
        public var linkedParentID: String?
        /// The id of the customer, where it is known to be there or a person chose it: it is linked and stays as it is.
        public var linkedCustomerID: String?
        /// What makes another deal's customer this one; nil in a plan of before it was written.
        public var customerKey: String?
        /// The same of the parent.
        public var parentKey: String?
        /// From which likeness of two names on, 0 to 100, an equal registration means one company; nil where nobody says it.
        public var nameSimilarity: Int?
        /// People at the customer's; each differs from all others by role, or by e-mail address or name.
        public var contacts: [ContactRecord]
        /// What is reserved before there is a project.
        public var dimensions: DimensionRecord?
        /// The project's phases, in order, each of another code; where there are any, they take the place of the plan's tasks.
        public var phases: [PhaseRecord]
        /// Whom the project needs; each differs from all others in role, skill, location or start.
        public var demands: [DemandRecord]
        /// The series from which the project's number is drawn; nil where the ERP gives it one.
        public var numberSeries: String?
        /// How a drawn number is written.
        public var numberPattern: String?
        /// Every template by which the project was laid out.
        public var templates: [TemplateUsed]
        /// The version of the catalog.
        public var catalogVersion: String?

        /// Describes what is to be done; nothing by itself.
        public init(
            parent: CustomerRecord? = nil, linkedParentID: String? = nil, linkedCustomerID: String? = nil,
            contacts: [ContactRecord] = [], dimensions: DimensionRecord? = nil, phases: [PhaseRecord] = [],
            demands: [DemandRecord] = [], numberSeries: String? = nil, numberPattern: String? = nil,
            templates: [TemplateUsed] = [], catalogVersion: String? = nil
        ) {
            self.parent = parent
            self.linkedParentID = linkedParentID
            self.linkedCustomerID = linkedCustomerID
            self.contacts = contacts
            self.dimensions = dimensions
            self.phases = phases
            self.demands = demands
            self.numberSeries = numberSeries
            self.numberPattern = numberPattern
            self.templates = templates
            self.catalogVersion = catalogVersion
        }

        /// Reads what was written; the rest is empty.
        public init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            self.init(
                parent: try values.decodeIfPresent(CustomerRecord.self, forKey: .parent),
                linkedParentID: try values.decodeIfPresent(String.self, forKey: .linkedParentID),
                linkedCustomerID: try values.decodeIfPresent(String.self, forKey: .linkedCustomerID),
                contacts: try values.decodeIfPresent([ContactRecord].self, forKey: .contacts) ?? [],
                dimensions: try values.decodeIfPresent(DimensionRecord.self, forKey: .dimensions),
                phases: try values.decodeIfPresent([PhaseRecord].self, forKey: .phases) ?? [],
                demands: try values.decodeIfPresent([DemandRecord].self, forKey: .demands) ?? [],
                numberSeries: try values.decodeIfPresent(String.self, forKey: .numberSeries),
                numberPattern: try values.decodeIfPresent(String.self, forKey: .numberPattern),
                templates: try values.decodeIfPresent([TemplateUsed].self, forKey: .templates) ?? [],
                catalogVersion: try values.decodeIfPresent(String.self, forKey: .catalogVersion))
            customerKey = try values.decodeIfPresent(String.self, forKey: .customerKey)
            parentKey = try values.decodeIfPresent(String.self, forKey: .parentKey)
            nameSimilarity = try values.decodeIfPresent(Int.self, forKey: .nameSimilarity)
        }
    }
}
