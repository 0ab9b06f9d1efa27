import Connectors

/// Who is looked up: customers of all entities, and the contacts of one.
extension TargetWorld {
    func customers(entity: String?, taxID: String?, name: String?) -> [CustomerMatch] {
        matches(entity) { record in
            let stem = record.taxID.map(Spelling.stem)
            return (taxID.map { stem == Spelling.stem(ofNumber: $0) } ?? true)
                && (name.map { Spelling.folded(record.name) == Spelling.folded($0) } ?? true)
        }
    }

    func customers(entity: String?, searching words: String) -> [CustomerMatch] {
        let wanted = Self.words(of: words)
        return matches(entity) { record in
            let known = Spelling.plain(record.name)
            return !wanted.isEmpty && wanted.allSatisfy { known.contains($0) }
        }
    }

    private func matches(_ entity: String?, _ isMeant: (CustomerRecord) -> Bool) -> [CustomerMatch] {
        customers.filter { $0.record.legalEntity == entity ?? $0.record.legalEntity && isMeant($0.record) }.map {
            CustomerMatch(
                id: $0.id, name: $0.record.name, entity: $0.record.legalEntity, taxID: $0.record.taxID,
                country: $0.record.country, parentID: $0.record.parentID)
        }
    }

    private static func words(of text: String) -> Set<String> {
        Set(Spelling.plain(text).split { !$0.isLetter && !$0.isNumber }.map(String.init))
    }

    /// A child without its parent is never made.
    func checkParent(of customer: CustomerRecord) throws {
        guard let parent = customer.parentID, !customers.contains(where: { $0.id == parent }) else { return }
        throw TargetRefusal(status: 422, code: "unknown_parent", text: "\(parent) does not exist")
    }

    func contacts(key: String, customer: String) -> [Contact] {
        isSearchable ? contacts.filter { $0.key == key && $0.customer == customer && !$0.isGone } : []
    }

    func contacts(like contact: ContactRecord, customer: String) -> [Contact] {
        contacts.filter { known in
            guard known.customer == customer, !known.isGone, known.record.role == contact.role else { return false }
            guard let email = contact.email else { return known.record.name.lowercased() == contact.name.lowercased() }
            return known.record.email?.lowercased() == email.lowercased()
        }
    }

    func hasContact(_ id: String, customer: String) -> Bool {
        contacts.contains { $0.id == id && $0.customer == customer && !$0.isGone }
    }

    mutating func create(_ contact: ContactRecord, customer: String, key: String) throws -> String {
        guard customers.contains(where: { $0.id == customer }) else { throw Self.missing("customer \(customer)") }
        let id = Self.id("CON", contacts.count + 1)
        contacts.append(Contact(id: id, key: key, customer: customer, record: contact))
        note(.createContact, key, id)
        return id
    }

    mutating func deleteContact(_ id: String, customer: String, key: String) throws {
        let found = contacts.firstIndex { $0.id == id && $0.customer == customer && !$0.isGone }
        guard let found else { throw Self.missing(id) }
        contacts[found].isGone = true
        note(.deleteContact, key, id)
    }
}

/// What is reserved before a project and asked for after it.
extension TargetWorld {
    func reservations(key: String) -> [Reservation] {
        isSearchable ? reservations.filter { $0.key == key && !$0.isGone } : []
    }

    func hasReservation(_ id: String) -> Bool { reservations.contains { $0.id == id && !$0.isGone } }

    mutating func reserve(_ dimensions: DimensionRecord, key: String) throws -> String {
        let start = dimensions.costCentre.prefix { $0 != "-" }
        let isSomeEntity =
            start.count == 4 && start.prefix(2).allSatisfy(\.isLetter) && start.suffix(2).allSatisfy(\.isNumber)
        let isWhole = !dimensions.costCentre.isEmpty && !dimensions.values.values.contains("")
        guard isWhole, !isSomeEntity || start == dimensions.legalEntity else {
            throw TargetRefusal(
                status: 422, code: "invalid_combination",
                text: "cost centre \(dimensions.costCentre) is not one of entity \(dimensions.legalEntity)")
        }
        let id = Self.id("DIM", reservations.count + 1)
        reservations.append(Reservation(id: id, key: key, record: dimensions))
        note(.reserveDimensions, key, id)
        return id
    }

    mutating func release(_ id: String, key: String) throws {
        guard let place = reservations.firstIndex(where: { $0.id == id && !$0.isGone }) else { throw Self.missing(id) }
        reservations[place].isGone = true
        note(.releaseDimensions, key, id)
    }

    func demands(key: String, project: String) -> [Demand] {
        isSearchable ? demands.filter { $0.key == key && $0.project == project && !$0.isGone } : []
    }

    func hasDemand(_ id: String, project: String) -> Bool {
        demands.contains { $0.id == id.lowercased() && $0.project == project && !$0.isGone }
    }

    mutating func publish(_ demand: DemandRecord, project: String, key: String) -> String {
        let id = Self.id("dem", demands.count + 1)
        demands.append(Demand(id: id, key: key, project: project, record: demand))
        note(.publishDemand, key, id)
        return id
    }

    mutating func withdraw(_ id: String, project: String, key: String) throws {
        let found = demands.firstIndex { $0.id == id.lowercased() && $0.project == project && !$0.isGone }
        guard let found else { throw Self.missing(id) }
        demands[found].isGone = true
        note(.withdrawDemand, key, demands[found].id)
    }
}
