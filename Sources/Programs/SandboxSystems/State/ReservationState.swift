/// The ERP's reservations of dimensions.
struct ReservationState: Sendable {
    struct Reservation: Sendable {
        let id: String
        let key: String
        let body: DimensionsBody
        let correlationID: String
    }

    private var reservations: [String: Reservation] = [:]
    private var idsByKey: [String: [String]] = [:]
    // Ids are numbers that are never used again, whatever is released.
    private var count = 0

    var nextID: String { "DIM-\(hex(count + 1))" }

    subscript(id: String) -> Reservation? { reservations[id] }

    /// Those that were made with a key, oldest first.
    func all(key: String) -> [Reservation] { (idsByKey[key] ?? []).compactMap { reservations[$0] } }

    mutating func keep(_ body: DimensionsBody, _ effect: Effect) {
        count += 1
        reservations[effect.id] = Reservation(
            id: effect.id, key: effect.key, body: body, correlationID: effect.correlationId)
        idsByKey[effect.key, default: []].append(effect.id)
    }

    mutating func remove(_ effect: Effect) {
        reservations[effect.id] = nil
    }
}
