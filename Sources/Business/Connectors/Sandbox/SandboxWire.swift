import FoundationEssentials
import Workers

/// The sandbox's field names, as its README lists them.
enum SandboxWire {
    struct Customer: Encodable {
        let name, entity: String
        let taxId, email, country, parentId: String?

        init(_ customer: CustomerRecord) {
            name = customer.name
            entity = customer.legalEntity
            taxId = customer.taxID
            email = customer.email
            country = customer.country
            parentId = customer.parentID
        }
    }

    struct Project: Encodable {
        let externalReference: String
        let name, customerId, entity, currency, contract: String
        let number: String?
        let startDate, endDate, manager: String

        init(_ project: ProjectRecord, reference: String) {
            externalReference = reference
            name = project.name
            customerId = project.customerID
            entity = project.legalEntity
            currency = project.currency
            contract = project.contract
            number = project.number
            startDate = project.start
            endDate = project.end
            manager = project.manager
        }
    }

    struct Schedule: Encodable {
        struct Line: Encodable {
            let number: Int
            let dueDate: String
            let amountMinor: Int64
            let text: String
        }

        let externalReference: String
        let projectId, customerId, currency: String
        let lines: [Line]

        init(_ schedule: BillingScheduleRecord, reference: String) {
            externalReference = reference
            projectId = schedule.projectID
            customerId = schedule.customerID
            currency = schedule.currency
            lines = schedule.lines.map {
                Line(number: $0.number, dueDate: $0.dueDate, amountMinor: $0.amountMinor, text: $0.text)
            }
        }
    }

    struct Nothing: Codable {}

    struct Handoff: Encodable {
        let contract: String?
        let state: String
        let waitingOn: String?
        let since: String
        let nextTry, projectId, customerId, scheduleId, attention: String?
        let sourceVersion: Int64

        init(_ status: HandoffStatus) {
            contract = status.contract
            attention = status.attention
            state = status.state
            waitingOn = status.waitingOn
            since = status.since
            nextTry = status.nextTry
            projectId = status.projectID
            customerId = status.customerID
            scheduleId = status.scheduleID
            sourceVersion = status.sourceVersion
        }
    }

    /// A thing that was written or found.
    struct Thing: Decodable {
        let id: String
    }

    /// A schedule that was found; only an active one has an id.
    struct ScheduleState: Decodable {
        let status: String
        let id: String?
    }

    struct Items<Item: Decodable>: Decodable {
        let items: [Item]
    }

    /// Why a request was refused.
    struct Problem: Decodable {
        struct Details: Decodable {
            let code, text: String
        }

        let error: Details

        /// What an answer complains of; nil where it complains of nothing, or not in the sandbox's words.
        static func details(of answer: HTTPAnswer) -> Details? {
            try? JSONDecoder().decode(Problem.self, from: answer.body).error
        }
    }

    /// A caller for the system that errors and metrics know as `target`, whose paths begin with `path`.
    static func caller(
        _ target: String, base: String, path: String, connections: HTTPConnections
    ) -> HTTPCaller {
        let base = base.hasSuffix("/") ? String(base.dropLast()) : base
        return HTTPCaller(target: target, base: base + path, connections: connections) { answer in
            let problem = Problem.details(of: answer)
            if problem?.code == "still_processing" {
                return Unavailable(.accepted, target: target, retryAfter: patience, reason: "still_processing")
            }
            let code = problem.flatMap { SandboxCodes.known.contains($0.code) ? $0.code : nil }
            return answer.failure(
                of: target, code: code, said: problem.map { code == nil ? "\($0.code): \($0.text)" : $0.text },
                incidentClass: incidentClass(of: code))
        }
    }

    /// How long an accepted schedule usually needs to become active.
    static let patience = Duration.milliseconds(250)

    /// Whose mistake a refusal with this code is.
    private static func incidentClass(of code: String?) -> IncidentClass {
        switch code {
        case "tax_unknown", "unknown_jurisdiction": .taxUnknown
        case "revenue_rule_missing": .revenueRuleMissing
        case "entity_unmapped": .entityUnmapped
        case "duplicate_customer": .duplicateCustomer
        case "unknown_service": .serviceUnknown
        case "invalid_combination": .dimensionInvalid
        default: .targetRefused
        }
    }

    /// Whether the system says that there is no such thing; a 404 that is not in its words may come from elsewhere.
    static func isMissing(_ answer: HTTPAnswer) -> Bool {
        answer.status == 404 && Problem.details(of: answer)?.code == "not_found"
    }
}
