import Fleet
import FoundationEssentials
import PostgreSQL
import RabbitMQ
import Sagas
import Workers

/// Writes down what dead letters are: each that no row stands for becomes one.
struct LetterBook: Sendable {
    /// What a message turned out to be.
    enum Entry: Sendable, Equatable {
        /// A new incident of this class.
        case opened(String)
        /// One more time of a message that is an incident.
        case known
        case copy
        case ticket
    }

    let database: Database

    private static let takeOut = Statement("take_out_copy", "SELECT take_out_copy($1, $2, $3)")

    /// Commits what was delivered from `queue`.
    func enter(_ delivery: Delivery, from queue: DeadLetterQueue) async throws -> Entry {
        switch CollectedLetter(delivery, from: queue) {
        case .ticket: return .ticket
        case .copy(let id, let ticket, let finding):
            let rows = try await database.query(Self.takeOut, id, delivery.body, ticket)
            if try rows.first?.value(0, as: Bool.self) == true { return .copy }
            guard let finding else { return .ticket }
            return try await receive(finding, as: id, from: queue)
        case .message(let finding): return try await receive(finding, as: UUID(), from: queue)
        }
    }

    private func receive(_ finding: CollectedFinding, as id: UUID, from queue: DeadLetterQueue) async throws -> Entry {
        let message = finding.message
        let incident = RawIncident(
            id: id, cause: message.causePrefix, queue: queue.workQueue, incidentClass: finding.incidentClass,
            story: finding.story, correlationID: message.correlationID, body: message.body, headers: message.origin,
            facts: SaidOfDeal(inBody: message.body).facts, countsRepeat: finding.isCounted)
        let received = try await Receiving.receive(
            [ReceivedMessage(incident, timesSent: message.timesSent, wasMoved: finding.wasMoved)], copyAfter: nil,
            in: database)
        return received.first?.isNew == true ? .opened(finding.incidentClass.rawValue) : .known
    }
}

/// What an event says of its deal where nobody has read it as one: as far as its body is what events look like.
struct SaidOfDeal: Decodable {
    private struct Deal: Decodable {
        struct Customer: Decodable { var name: String? }

        var opportunity: String?
        var contract: String?
        var version: Int32?
        var customer: Customer?
        var totalMinor: Int64?
        var currency: String?
    }

    private var source: String?
    private var id: String?
    private var data: Deal?

    /// The largest body that is read for it, in bytes: events of the contract are no larger.
    private static let largestBody = 1 << 20

    /// Knows nothing where the body is something else.
    init(inBody body: [UInt8]) {
        guard body.count <= Self.largestBody,
            let read = try? JSONDecoder().decode(SaidOfDeal.self, from: Data(body))
        else { return }
        self = read
    }

    /// The same, fit to be stored.
    var facts: DealFacts {
        func fit(_ text: String?) -> String? { text.map { OutsideText.storable($0) } }
        var facts = DealFacts()
        facts.source = fit(source)
        facts.eventID = fit(id)
        facts.opportunity = fit(data?.opportunity)
        facts.contract = fit(data?.contract)
        facts.version = data?.version.map(Int.init)
        facts.customer = fit(data?.customer?.name)
        // An amount says nothing without its currency.
        if let code = data?.currency, code.utf8.count == 3, code.utf8.allSatisfy({ 0x41...0x5A ~= $0 }) {
            facts.currency = code
            facts.totalMinor = data?.totalMinor
        }
        return facts
    }
}
