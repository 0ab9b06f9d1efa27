import Foundation

/// The ERP's billing schedules: creating has native idempotency, is accepted at once and finished later.
///
/// The moment of finishing is part of the effect's line, so a schedule that was accepted is finished after a restart.
struct BillingSchedules: Sendable {
    let delay: Duration

    func create(_ asking: Asking) throws -> Asking.Decision {
        let asked = try asking.written(ScheduleBody.self)
        let finishes = asking.now.milliseconds + Int64(delay / .milliseconds(1))
        return { world in
            if let (known, isGone) = world.erp.schedule(key: asked.key) {
                guard known.hash == asked.hash else { throw Refusal.otherBody(key: asked.key) }
                guard !isGone else {
                    throw Refusal(.gone, "cancelled", "the schedule of key \(asked.key) was cancelled")
                }
                if known.finishes <= asked.now.milliseconds {
                    return Answer(.ok, View(known, now: asked.now), isReplay: true)
                }
                return Answer(.accepted, Operation(operation: known.id), isReplay: true)
            }
            guard world.erp.project(asked.body.projectId.uppercased()) != nil else {
                throw Refusal(.unprocessableContent, "unknown_project", "\(asked.body.projectId) does not exist")
            }
            let id = world.erp.nextScheduleID
            try world.record(
                .createBillingSchedule, asked, id: id, finishes: finishes, asked: .schedule(asked.body))
            return Answer(.accepted, Operation(operation: id))
        }
    }

    func find(_ asking: Asking) throws -> Asking.Decision {
        let reference = try asking.queried("externalReference")
        let now = asking.now
        return { world in
            Answer(.ok, Items(items: world.erp.schedules(reference: reference).map { View($0, now: now) }))
        }
    }

    func get(_ asking: Asking) throws -> Asking.Decision {
        let id = try asking.part("id").uppercased()
        let now = asking.now
        return { world in
            guard let schedule = world.erp.schedule(id) else { throw Refusal.missing("billing schedule \(id)") }
            return Answer(.ok, View(schedule, now: now))
        }
    }

    func cancel(_ asking: Asking) throws -> Asking.Decision {
        let id = try asking.part("id").uppercased()
        let asked = try asking.written(BareBody.self)
        return { world in
            guard let schedule = world.erp.schedule(id) else { throw Refusal.missing("billing schedule \(id)") }
            guard schedule.finishes <= asked.now.milliseconds else {
                throw Refusal(.conflict, "still_processing", "billing schedule \(id) is not active yet")
            }
            return try world.remove(id, by: .cancelBillingSchedule, asked)
        }
    }

    private struct Operation: Encodable, Sendable {
        let operation: String
    }

    private struct View: Encodable, Sendable {
        let status: String
        /// Only an active schedule has an id that other calls may use.
        let id: String?
        let operation, key: String
        let externalReference: String
        let projectId, customerId, currency: String
        let lines: [ScheduleLine]
        let correlationId: String

        init(_ schedule: ERPState.Schedule, now: Date) {
            let isActive = schedule.finishes <= now.milliseconds
            status = isActive ? "active" : "processing"
            id = isActive ? schedule.id : nil
            operation = schedule.id
            key = schedule.key
            externalReference = schedule.body.externalReference ?? schedule.key
            projectId = schedule.body.projectId
            customerId = schedule.body.customerId
            currency = schedule.body.currency
            lines = schedule.body.lines
            correlationId = schedule.correlationID
        }
    }
}
