import Connectors
import Deals
import FoundationEssentials
import Sagas
import Workers

/// What others said when they were asked about a deal; with the deal and the catalog it decides the whole plan.
public struct LookUps: Sendable, Codable, Equatable {
    /// Which customer it is for; nil where nobody was asked.
    public var customer: CustomerDecision?
    /// Which customer that one belongs to; nil where it belongs to none, or nobody was asked.
    public var parent: CustomerDecision?
    /// How each kind of service is taxed.
    public var taxes: [String: TaxAnswer] = [:]
    /// The statement of work that was signed, by its SHA-256; nil where no signature is known.
    public var signedSow: String?
    /// What people decided about customer and parent.
    public var choices: [String: String] = [:]

    /// Nobody was asked.
    public static let none = LookUps()
}

extension CustomerDecision: Codable {
    private enum CodingKeys: String, CodingKey { case create, link, extend }

    /// Reads `{"create": true}`, `{"link": ID}` or `{"extend": ID}`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let id = try container.decodeIfPresent(String.self, forKey: .link) {
            self = .link(id: id)
        } else if let id = try container.decodeIfPresent(String.self, forKey: .extend) {
            self = .extend(id: id)
        } else {
            _ = try container.decode(Bool.self, forKey: .create)
            self = .create
        }
    }

    /// Writes the same.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .create: try container.encode(true, forKey: .create)
        case .link(let id): try container.encode(id, forKey: .link)
        case .extend(let id): try container.encode(id, forKey: .extend)
        }
    }
}

/// Asks what exists and how it is taxed, and changes nothing.
struct Inquiry {
    let customers: any CustomerMaster
    let tax: any Tax
    let deal: Deal
    let entity: String
    let resolution: Resolution
    /// What people decided.
    let choices: [String: String]
    /// What the signature service said of the opportunity, as the event's canonical JSON.
    let signature: String?
    let call: Call

    /// Asks everything. Throws ``Refused`` where only a person can say, and lets ``Unavailable`` through.
    func ask() async throws -> LookUps {
        var answers = LookUps()
        answers.signedSow = try Self.check(signature, against: deal)
        answers.customer = try await decide(
            name: deal.customer.name, taxID: deal.customer.taxId, country: deal.customer.country,
            as: CustomerDecision.customer)
        if let parent = deal.customer.parent {
            answers.parent = try await decide(
                name: parent.name, taxID: parent.taxId, country: parent.country, as: CustomerDecision.parent)
        }
        for category in resolution.taxes.keys.sorted() {
            answers.taxes[category] = try await tax.treatment(of: question(on: category), as: call)
        }
        return answers
    }

    /// The hash of what was signed; refuses a deal that was made from another text.
    static func check(_ signature: String?, against deal: Deal) throws -> String? {
        guard let signature else { return nil }
        let signed: Signed
        do {
            signed = try JSONDecoder().decode(Signed.self, from: Data(signature.utf8))
        } catch {
            throw Refused(.unknown, "the stored signature cannot be read: it is of another version of the software")
        }
        guard let signedSow = signed.sowHash, let own = deal.sowHash else { return signed.sowHash }
        guard signedSow == own else {
            throw Refused(
                .sowMismatch,
                """
                $.data.sowHash is that of another statement of work than the one that was signed: the deal has \
                \(own.prefix(12))…, the signature \(signedSow.prefix(12))…
                """)
        }
        return signedSow
    }

    private struct Signed: Decodable {
        let sowHash: String?
    }

    private func decide(
        name: String, taxID: String?, country: String, as role: String
    ) async throws -> CustomerDecision {
        let matching = CustomerMatching(
            name: name, taxID: taxID, country: country, entity: entity, rules: resolution.matchRules, role: role)
        var found: [CustomerMatch] = []
        if let taxID, matching.taxIDDecides {
            for written in RegistrationNumber.writings(of: taxID, country: country) {
                found += try await customers.findCustomers(entity: nil, taxID: written, name: nil, as: call)
            }
        }
        // By itself, since a search may find more than it answers.
        found += try await customers.findCustomers(entity: nil, taxID: nil, name: name, as: call)
        for part in matching.searches {
            found += try await customers.searchCustomers(part, entity: nil, as: call)
        }
        return try matching.decide(among: found, choice: choices[role])
    }

    private func question(on category: String) -> TaxQuestion {
        let customer = deal.customer
        var registrations = Dictionary(
            customer.taxRegistrations.map { ($0.country, $0.number) }
        ) { first, _ in first }
        if let own = customer.taxId, registrations[customer.country] == nil { registrations[customer.country] = own }
        return TaxQuestion(
            sellerEntity: entity, customerCountry: customer.country, region: customer.taxRegion,
            registrations: registrations, category: category, date: resolution.day.description)
    }
}
