extension Scenario {
    /// Calls that can be refused with nothing lost, in the order of a deal.
    package static let refusable: [TargetVerb] = [
        .createCustomer, .createProject, .createTasks, .createBillingSchedule, .activateProject,
    ]

    /// Undoings that can be refused, in the order of a cancellation.
    package static let refusableUndoings: [TargetVerb] = [
        .deactivateProject, .cancelBillingSchedule, .deleteTasks, .deleteProject,
    ]

    /// At least as many effects as a deal has before it is finished: what is to come before a later one comes after that.
    package static let effectsOfDeal = 80

    /// Every scenario that random faults are thrown at; where there is one for each step or moment, `number` chooses.
    package static func all(choosing number: Int) throws -> [Scenario] {
        let call = refusable[number % refusable.count]
        let beforeReturn = refusable[number % 4]
        return try [
            try oneDeal(), try newVersion(), try versionBehind(), try changeOrder(), try repeated(), try deadly(),
            try twoDeals(), try throttled(), try unplannable(), try adopted(), try invoiced(),
            try rejectedCancellation(),
            try cancelled(before: number % (effectsOfDeal + 2)), try refused(call, then: .requeue(adopting: nil)),
            try refused(beforeReturn, then: .undo), try refused(.createTasks, then: .keep),
            try turnedBack(beforeReturn), try refusedUndo(refusableUndoings[number % refusableUndoings.count]),
        ] + allProvisioned(choosing: number)
    }

    /// The scenario of this name, as replays give it.
    package static func named(_ name: String) throws -> Scenario? {
        for number in 0..<(effectsOfProvisioned + 2) {
            if let found = try all(choosing: number).first(where: { $0.name == name }) { return found }
        }
        return nil
    }
}
