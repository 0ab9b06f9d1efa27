import Sagas

/// Records arrivals in the store and publishes what follows from them.
package struct IntakeDesk: Admissions {
    let store: any HandoffStore
    let outbox: any Outbox
    let crashes: CrashPlan

    package init(store: any HandoffStore, outbox: any Outbox, crashes: CrashPlan) {
        self.store = store
        self.outbox = outbox
        self.crashes = crashes
    }

    package func admit(_ arrival: Arrival) async throws -> Admission {
        crashes.reached(.deliveryBeforeCommit)
        let result = try await store.admit(arrival)
        if result.admission.elsewhere != nil { return result.admission }
        IntakeCounters.count(result.admission.isCopy ? "duplicate" : result.admission.outcome.rawValue)
        crashes.reached(.commitBeforePublish)
        try await outbox.publish(result.tickets)
        if let incident = result.incident {
            crashes.reached(.incidentBeforeCopy)
            try await store.copyToDeadLetters([incident], outbox: outbox)
        }
        return result.admission
    }
}
