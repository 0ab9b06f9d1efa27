/// The fields of what came to the sandbox with contacts, dimensions, phases, demands and tax.
extension SandboxWire {
    struct Contact: Encodable {
        let role, name: String
        let email: String?

        init(_ contact: ContactRecord) {
            role = contact.role
            name = contact.name
            email = contact.email
        }
    }

    /// A customer that a look-up found.
    struct CustomerFound: Decodable {
        let id, name, entity: String
        let taxId, country, parentId: String?
        let archived: Bool?

        var match: CustomerMatch {
            CustomerMatch(
                id: id, name: name, entity: entity, taxID: taxId, country: country, parentID: parentId,
                isArchived: archived ?? false)
        }
    }

    struct Dimensions: Encodable {
        let entity, costCentre: String
        let dimensions: [String: String]
        let projectReference: String

        init(_ record: DimensionRecord) {
            entity = record.legalEntity
            costCentre = record.costCentre
            dimensions = record.values
            projectReference = record.projectReference
        }
    }

    struct TaskList: Encodable {
        struct Phase: Encodable {
            let code, name: String
            let template: String?
            let templateVersion: Int?
        }

        struct Task: Encodable {
            let line, code, name: String
            let parent, billingCode: String?
        }

        let phase: Phase?
        let tasks: [Task]

        init(_ list: TaskListRecord) {
            phase =
                switch list {
                case .lines: nil
                case .phase(let phase):
                    Phase(
                        code: phase.code, name: phase.name, template: phase.template?.code,
                        templateVersion: phase.template?.version)
                }
            tasks = list.tasks.map {
                Task(line: $0.line, code: $0.code, name: $0.name, parent: $0.parent, billingCode: $0.billingCode)
            }
        }
    }

    struct Demand: Encodable {
        let role, skill, location, startDate: String
        let hours: Int?

        init(_ demand: DemandRecord) {
            role = demand.role
            skill = demand.skill
            location = demand.location
            startDate = demand.start
            hours = demand.hours
        }
    }

    struct TaxQuery: Encodable {
        let sellerEntity, customerCountry: String
        let region: String?
        let registrations: [String: String]
        let category, date: String

        init(_ sale: TaxQuestion) {
            sellerEntity = sale.sellerEntity
            customerCountry = sale.customerCountry
            region = sale.region
            registrations = sale.registrations
            category = sale.category
            date = sale.date
        }
    }

    /// How a sale is taxed; the rate in hundredths of a percent.
    struct TaxFound: Decodable {
        let treatment: String
        let rate: Int
    }
}
