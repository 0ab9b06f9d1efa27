import Sagas

/// Dimensions that are reserved for projects to come.
extension SandboxERP {
    func reserveDimensions(_ dimensions: DimensionRecord, as call: Call) async throws -> String {
        let body = SandboxWire.Dimensions(dimensions)
        let answer = try await caller.send(.POST, Self.path, body, verb: "reserve_dimensions", as: call)
        return try answer.decoded(SandboxWire.Thing.self, from: caller.target).id
    }

    func findReservations(as call: Call) async throws -> [String] {
        try await ids(at: "\(Self.path)?key=\(call.key.asPart)", verb: "find_reservation", as: call)
    }

    func hasReservation(_ id: String, as call: Call) async throws -> Bool {
        try await caller.has("\(Self.path)/\(id.asPart)", verb: "get_reservation", as: call)
    }

    func releaseDimensions(_ id: String, as call: Call) async throws -> Undone {
        try await caller.undo("\(Self.path)/\(id.asPart)", verb: "release_dimensions", as: call)
    }

    private static let path = "/dimension-reservations"
}
