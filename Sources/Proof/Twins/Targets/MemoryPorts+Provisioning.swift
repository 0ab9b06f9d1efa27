import Connectors
import Sagas

/// Look-ups, contacts and dimensions of the ERP in memory.
extension MemoryERP {
    package func findCustomers(
        entity: String?, taxID: String?, name: String?, as call: Call
    ) async throws -> [CustomerMatch] {
        try await caller.call(.findCustomers, as: call) { world, _ in
            world.customers(entity: entity, taxID: taxID, name: name)
        }
    }

    package func searchCustomers(_ words: String, entity: String?, as call: Call) async throws -> [CustomerMatch] {
        try await caller.call(.findCustomers, as: call) { world, _ in
            world.customers(entity: entity, searching: words)
        }
    }

    package func createContact(_ contact: ContactRecord, customer: String, as call: Call) async throws -> String {
        try await caller.call(.createContact, as: call) { world, _ in
            try world.create(contact, customer: customer, key: call.key)
        }
    }

    package func findContacts(customer: String, as call: Call) async throws -> [String] {
        try await caller.call(.findContact, as: call) { world, _ in
            world.contacts(key: call.key, customer: customer).map(\.id)
        }
    }

    package func findContacts(like contact: ContactRecord, customer: String, as call: Call) async throws -> [String] {
        try await caller.call(.findContact, as: call) { world, _ in
            world.contacts(like: contact, customer: customer).map(\.id)
        }
    }

    package func hasContact(_ id: String, customer: String, as call: Call) async throws -> Bool {
        try await caller.call(.hasContact, as: call) { world, _ in world.hasContact(id, customer: customer) }
    }

    package func deleteContact(_ id: String, customer: String, as call: Call) async throws -> Undone {
        try await caller.undo(.deleteContact, as: call) { world, _ in
            try world.deleteContact(id, customer: customer, key: call.key)
            return true
        }
    }

    package func reserveDimensions(_ dimensions: DimensionRecord, as call: Call) async throws -> String {
        try await caller.call(.reserveDimensions, as: call) { world, _ in
            try world.reserve(dimensions, key: call.key)
        }
    }

    package func findReservations(as call: Call) async throws -> [String] {
        try await caller.call(.findReservation, as: call) { world, _ in world.reservations(key: call.key).map(\.id) }
    }

    package func hasReservation(_ id: String, as call: Call) async throws -> Bool {
        try await caller.call(.hasReservation, as: call) { world, _ in world.hasReservation(id) }
    }

    package func releaseDimensions(_ id: String, as call: Call) async throws -> Undone {
        try await caller.undo(.releaseDimensions, as: call) { world, _ in
            try world.release(id, key: call.key)
            return true
        }
    }
}

/// Demands of the PSA in memory.
extension MemoryPSA {
    package func publishDemand(_ demand: DemandRecord, project: String, as call: Call) async throws -> String {
        try await caller.call(.publishDemand, as: call) { world, _ in
            world.publish(demand, project: project, key: call.key)
        }
    }

    package func findDemands(project: String, as call: Call) async throws -> [String] {
        try await caller.call(.findDemand, as: call) { world, _ in
            world.demands(key: call.key, project: project).map(\.id)
        }
    }

    package func hasDemand(_ id: String, project: String, as call: Call) async throws -> Bool {
        try await caller.call(.hasDemand, as: call) { world, _ in world.hasDemand(id, project: project) }
    }

    package func withdrawDemand(_ id: String, project: String, as call: Call) async throws -> Undone {
        try await caller.undo(.withdrawDemand, as: call) { world, _ in
            try world.withdraw(id, project: project, key: call.key)
            return true
        }
    }
}
