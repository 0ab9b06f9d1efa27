extension Deal {
    /// Who buys.
    public struct Customer: Sendable, Hashable {
        /// The customer's id in the source.
        public let id: String?
        /// The registered name.
        public let name: String
        /// The tax registration, as the customer writes it.
        public let taxId: String?
        /// Where invoices and questions go.
        public let email: String?
        /// The country, ISO 3166-1, two letters.
        public let country: String
        /// The customer to which this one belongs.
        public let parent: Parent?
        /// Where invoices go.
        public let billTo: Address?
        /// Where it is delivered.
        public let shipTo: Address?
        /// People at the customer's.
        public let contacts: [Contact]
        /// Registrations for tax, one a country at most.
        public let taxRegistrations: [TaxRegistration]

        /// Describes a customer.
        public init(
            id: String? = nil, name: String, taxId: String? = nil, email: String? = nil, country: String,
            parent: Parent? = nil, billTo: Address? = nil, shipTo: Address? = nil, contacts: [Contact] = [],
            taxRegistrations: [TaxRegistration] = []
        ) {
            self.id = id
            self.name = name
            self.taxId = taxId
            self.email = email
            self.country = country
            self.parent = parent
            self.billTo = billTo
            self.shipTo = shipTo
            self.contacts = contacts
            self.taxRegistrations = taxRegistrations
        }

        /// The state or province that decides on tax: of the delivery, else of the invoice, within the customer's country.
        public var taxRegion: String? {
            [shipTo, billTo].compactMap(\.self).first { $0.country == country }?.region
        }
    }

    /// The customer to which another belongs.
    public struct Parent: Sendable, Hashable, Codable {
        /// The parent's id in the source.
        public let id: String?
        /// The registered name.
        public let name: String
        /// The tax registration.
        public let taxId: String?
        /// The country, ISO 3166-1, two letters.
        public let country: String

        /// Describes a parent.
        public init(id: String? = nil, name: String, taxId: String? = nil, country: String) {
            self.id = id
            self.name = name
            self.taxId = taxId
            self.country = country
        }
    }

    /// Where something is sent.
    public struct Address: Sendable, Hashable, Codable {
        /// The recipient, where it is another name than the customer's.
        public let name: String?
        /// Street and number.
        public let street: String
        /// The city.
        public let city: String
        /// The postal code.
        public let postalCode: String?
        /// The state or province.
        public let region: String?
        /// The country, ISO 3166-1, two letters.
        public let country: String

        /// Describes an address.
        public init(
            name: String? = nil, street: String, city: String, postalCode: String? = nil, region: String? = nil,
            country: String
        ) {
            self.name = name
            self.street = street
            self.city = city
            self.postalCode = postalCode
            self.region = region
            self.country = country
        }
    }

    /// Somebody at the customer's.
    public struct Contact: Sendable, Hashable, Codable {
        /// What the company needs somebody for.
        public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
            /// Receives invoices.
            case billing
            /// Answers for the project.
            case sponsor
            /// Works with those who deliver.
            case delivery
        }

        /// What for.
        public let role: Role
        /// How they are called.
        public let name: String
        /// How they are reached.
        public let email: String?

        /// Names somebody.
        public init(role: Role, name: String, email: String? = nil) {
            self.role = role
            self.name = name
            self.email = email
        }
    }

    /// A registration for tax in a country.
    public struct TaxRegistration: Sendable, Hashable, Codable {
        /// The country, ISO 3166-1, two letters.
        public let country: String
        /// The number, as the customer writes it.
        public let number: String

        /// Describes a registration.
        public init(country: String, number: String) {
            self.country = country
            self.number = number
        }
    }
}
