import Foundation

/// The tax engine: says how a sale is taxed, from a small table, and changes nothing.
///
/// A stand-in for the shape of the answer, not for the law: a legal entity sits in the country with whose code it begins.
enum Determinations {
    static func determine(_ asking: Asking) throws -> Asking.Decision {
        let sale: Sale
        do {
            sale = try JSON.decoder.decode(Sale.self, from: asking.body)
        } catch {
            throw Refusal(.badRequest, "wrong_body", "the body is no sale: \(error)")
        }
        let treatment = try treatment(of: sale)
        return { _ in Answer(.ok, treatment) }
    }

    struct Sale: Decodable, Sendable {
        let sellerEntity, customerCountry: String
        let region: String?
        let registrations: [String: String]?
        let category, date: String
    }

    struct Treatment: Encodable, Sendable {
        let treatment: String
        /// In hundredths of a percent.
        let rate: Int
    }

    /// Standard rates in hundredths of a percent.
    private static let union = [
        "AT": 2000, "BE": 2100, "DE": 1900, "DK": 2500, "ES": 2100, "FR": 2000, "IE": 2300, "IT": 2200, "NL": 2100,
        "PL": 2300, "PT": 2300, "SE": 2500,
    ]
    private static let others = [
        "AE": 500, "BH": 1000, "CA": 500, "CH": 810, "GB": 2000, "JP": 1000, "KW": 0, "NO": 2500, "SA": 1500, "SG": 900,
        "SN": 1800,
    ]
    private static let states = ["CA": 725, "IL": 625, "MA": 625, "NY": 400, "OR": 0, "TX": 625, "WA": 650]

    private static func treatment(of sale: Sale) throws(Refusal) -> Treatment {
        try Refusal.require(sale.category, "category")
        try Refusal.require(sale.date, "date")
        let seller = String(sale.sellerEntity.prefix(2))
        let standard = try rate(in: sale.customerCountry, region: sale.region)
        if sale.category == "exempt" { return Treatment(treatment: "exempt", rate: 0) }
        if seller == sale.customerCountry { return Treatment(treatment: "standard", rate: standard) }
        let isRegistered = sale.registrations?[sale.customerCountry] != nil
        guard union[seller] != nil, union[sale.customerCountry] != nil else {
            return Treatment(treatment: "export", rate: 0)
        }
        return isRegistered
            ? Treatment(treatment: "reverse_charge", rate: 0) : Treatment(treatment: "destination", rate: standard)
    }

    private static func rate(in country: String, region: String?) throws(Refusal) -> Int {
        if country == "US", let rate = region.flatMap({ states[$0] }) { return rate }
        if let rate = union[country] ?? others[country] { return rate }
        let place = [country, region].compactMap(\.self).joined(separator: "-")
        throw Refusal(.unprocessableContent, "unknown_jurisdiction", "\(place) is not in the table")
    }
}
