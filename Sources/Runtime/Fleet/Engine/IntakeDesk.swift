import Sagas

/// Records arrivals in the store and publishes what follows from them.
struct IntakeDesk: Admissions {
    let store: HandoffStore
    let outbox: Outbox
    let crashes: CrashPlan

    func admit(_ arrival: Arrival) async throws -> Admission {
        crashes.reached(.deliveryBeforeCommit)
        let result = try await store.admit(arrival)
        crashes.reached(.commitBeforePublish)
        try await outbox.publish(result.tickets)
        if let incident = result.incident {
            crashes.reached(.incidentBeforeCopy)
            try await store.copyToDeadLetters([incident], outbox: outbox)
        }
        return result.admission
    }
}
