/// The ERP's reservations of dimensions: no idempotency, found by key.
enum DimensionReservations {
    static func reserve(_ asking: Asking) throws -> Asking.Decision {
        let asked = try asking.written(DimensionsBody.self)
        return { world in
            let id = world.erp.reservations.nextID
            try world.record(.reserveDimensions, asked, id: id, asked: .dimensions(asked.body))
            return try Answer(.created, view(id, in: world))
        }
    }

    static func find(_ asking: Asking) throws -> Asking.Decision {
        let key = try asking.queried("key")
        return { world in Answer(.ok, Items(items: world.erp.reservations.all(key: key).map(View.init))) }
    }

    static func get(_ asking: Asking) throws -> Asking.Decision {
        let id = try asking.part("id").uppercased()
        return { world in try Answer(.ok, view(id, in: world)) }
    }

    static func release(_ asking: Asking) throws -> Asking.Decision {
        let id = try asking.part("id").uppercased()
        let asked = try asking.written(BareBody.self)
        return { world in
            _ = try view(id, in: world)
            return try world.remove(id, by: .releaseDimensions, asked)
        }
    }

    private static func view(_ id: String, in world: World) throws(Refusal) -> View {
        guard let reservation = world.erp.reservations[id] else { throw Refusal.missing("reservation \(id)") }
        return View(reservation)
    }

    private struct View: Encodable, Sendable {
        let id, key, entity, costCentre: String
        let dimensions: [String: String]
        let projectReference, correlationId: String

        init(_ reservation: ReservationState.Reservation) {
            id = reservation.id
            key = reservation.key
            entity = reservation.body.entity
            costCentre = reservation.body.costCentre
            dimensions = reservation.body.dimensions
            projectReference = reservation.body.projectReference
            correlationId = reservation.correlationID
        }
    }
}
