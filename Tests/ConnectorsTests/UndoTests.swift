import Connectors
import Sagas
import Testing
import Workers

/// What every adapter must do when effects are taken back.
@Suite struct UndoTests {
    @Test(
        "C13 what was made is undone once, and undoing it again or undoing nothing is undone too",
        .timeLimit(.minutes(1)), arguments: TargetSystem.all, Inverse.allCases)
    func undone(adapter: TargetSystem, inverse: Inverse) async throws {
        try await withTargets(adapter, billingDelay: .zero) { targets in
            let ground = try await inverse.verb.prepare(targets)
            #expect(try await inverse.undo("NONE-1", targets, ground, as: call("none")) == .undone)
            let id = try await inverse.make(targets, ground)
            #expect(try await inverse.isThere(id, targets, ground))
            for key in ["k/undo", "k/undo", "other"] {
                #expect(try await inverse.undo(id, targets, ground, as: call(key)) == .undone)
            }
            #expect(try await !inverse.isThere(id, targets, ground))
            #expect(try await targets.effects(inverse.rawValue, key: "k%2Fundo") == 1)
            #expect(try await targets.effects(inverse.rawValue, key: "other") == 0)
            #expect(try await targets.effects(inverse.rawValue, key: "none") == 0)
        }
    }

    @Test(
        "C13 what a person adopted by the id that the PSA shows, in capitals, is undone by it too",
        .timeLimit(.minutes(1)), arguments: TargetSystem.all, [Inverse.deleteTasks, .withdrawDemand])
    func inCapitals(adapter: TargetSystem, inverse: Inverse) async throws {
        try await withTargets(adapter) { targets in
            let ground = try await inverse.verb.prepare(targets)
            let id = try await inverse.make(targets, ground)
            try #require(id != id.uppercased())
            #expect(try await inverse.undo(id.uppercased(), targets, ground, as: call("k")) == .undone)
            #expect(try await !inverse.isThere(id, targets, ground))
            #expect(try await targets.effects(inverse.rawValue, key: "k") == 1)
        }
    }

    @Test(
        "C13 an undo whose answer is lost is in doubt, and undone when asked again",
        .timeLimit(.minutes(1)), arguments: TargetSystem.all, Inverse.allCases)
    func lostAnswer(adapter: TargetSystem, inverse: Inverse) async throws {
        try await withTargets(adapter, billingDelay: .zero) { targets in
            let ground = try await inverse.verb.prepare(targets)
            let id = try await inverse.make(targets, ground)
            for (effect, isThere) in [("timeout_before", true), ("timeout_after", false)] {
                try await targets.arm(
                    #"[{"verb":"\#(inverse.rawValue)","effect":"\#(effect)","holdMs":5,"count":1}]"#)
                let failure = await #expect(throws: Unavailable.self) {
                    try await inverse.undo(id, targets, ground, as: call("k"))
                }
                #expect(failure?.cause == .failure && failure?.isAttempt == true)
                #expect(try await inverse.isThere(id, targets, ground) == isThere)
            }
            #expect(try await inverse.undo(id, targets, ground, as: call("k")) == .undone)
            #expect(try await targets.effects(inverse.rawValue, key: "k") == 1)
        }
    }

    @Test(
        "C13 a refused undo is a refusal of its own class, and what cannot be undone is kept for finance",
        .timeLimit(.minutes(1)), arguments: TargetSystem.all, Inverse.allCases)
    func refusedAndKept(adapter: TargetSystem, inverse: Inverse) async throws {
        try await withTargets(adapter, billingDelay: .zero) { targets in
            let ground = try await inverse.verb.prepare(targets)
            let id = try await inverse.make(targets, ground)
            let only = #""verb":"\#(inverse.rawValue)""#
            try await targets.arm(#"[{\#(only),"effect":"refuse","code":"period_closed","text":"closed"}]"#)
            let refused = await #expect(throws: Refused.self) {
                try await inverse.undo(id, targets, ground, as: call("k"))
            }
            #expect(refused == Refused(.undoRefused, "\(inverse.target) answered 422 period_closed", said: "closed"))

            try await targets.arm(#"[{\#(only),"effect":"refuse","code":"already_invoiced","text":"invoice 7"}]"#)
            let kept = try await inverse.undo(id, targets, ground, as: call("k"))
            #expect(kept == .kept(because: "\(inverse.target) says already_invoiced", owner: .finance))
            #expect(try await inverse.isThere(id, targets, ground))
        }
    }

    @Test(
        "an undo that is throttled, fails or is late is tried again",
        .timeLimit(.minutes(1)), arguments: TargetSystem.all, Inverse.allCases)
    func unavailable(adapter: TargetSystem, inverse: Inverse) async throws {
        try await withTargets(adapter, billingDelay: .zero) { targets in
            let ground = try await inverse.verb.prepare(targets)
            let id = try await inverse.make(targets, ground)
            let only = #""verb":"\#(inverse.rawValue)""#
            let cases: [(rule: String, cause: Unavailable.Cause, time: Duration)] = [
                (#"[{\#(only),"effect":"throttle","retryAfterS":7}]"#, .throttled, .seconds(10)),
                (#"[{\#(only),"effect":"error"}]"#, .failure, .seconds(10)),
                ("[]", .failure, .zero),
            ]
            for (rule, cause, time) in cases {
                try await targets.arm(rule)
                let failure = await #expect(throws: Unavailable.self) {
                    try await inverse.undo(id, targets, ground, as: call("k", within: time))
                }
                #expect(failure?.cause == cause && failure?.target == inverse.target)
                #expect(failure?.retryAfter == (cause == .throttled ? .seconds(7) : nil))
            }
            #expect(try await inverse.isThere(id, targets, ground))
        }
    }

    @Test(
        "C13 strictly last first works, and another order is refused", .timeLimit(.minutes(1)),
        arguments: TargetSystem.all)
    func order(adapter: TargetSystem) async throws {
        try await withTargets(adapter, billingDelay: .zero) { targets in
            let ground = try await Verb.createTasks.prepare(targets)
            let made: [Inverse] = [.deleteTasks, .cancelBillingSchedule, .deactivateProject]
            var ids: [Inverse: String] = [.deleteProject: ground.project]
            for inverse in made { ids[inverse] = try await inverse.make(targets, ground) }
            func undo(_ inverse: Inverse) async throws -> Undone {
                let id = try #require(ids[inverse])
                return try await inverse.undo(id, targets, ground, as: call(inverse.rawValue))
            }
            for (early, code) in [(Inverse.deleteProject, "has_schedules"), (.deleteTasks, "is_active")] {
                let refused = await #expect(throws: Refused.self) { try await undo(early) }
                #expect(refused?.incidentClass == .undoRefused && refused?.reason.contains(code) == true)
            }
            for inverse in made.reversed() + [.deleteProject] { #expect(try await undo(inverse) == .undone) }
        }
    }

    @Test(
        "a schedule that the ERP still works on is not cancelled before it is there", .timeLimit(.minutes(1)),
        arguments: TargetSystem.all)
    func stillProcessing(adapter: TargetSystem) async throws {
        try await withTargets(adapter, billingDelay: .seconds(2)) { targets in
            let ground = try await Verb.createBillingSchedule.prepare(targets)
            await #expect(throws: Unavailable.self) {
                try await Verb.createBillingSchedule.perform(targets, ground, as: call("made"))
            }
            let id = "BIL-000001"
            let early = await #expect(throws: Unavailable.self) {
                try await targets.erp.cancelBillingSchedule(id, as: call("k"))
            }
            #expect(early?.cause == .accepted && early?.isAttempt == false && early?.retryAfter != nil)
            #expect(try await Inverse.cancelBillingSchedule.make(targets, ground) == id)
            #expect(try await targets.erp.cancelBillingSchedule(id, as: call("k")) == .undone)
            // A late repetition of the creation brings nothing back.
            await #expect(throws: Refused.self) {
                try await Verb.createBillingSchedule.perform(targets, ground, as: call("made"))
            }
            #expect(try await targets.erp.findBillingSchedule(as: call("made")) == .absent)
        }
    }

    @Test(
        "H13 what a person made by hand is known by its id, and what nobody made is not", .timeLimit(.minutes(1)),
        arguments: TargetSystem.all)
    func madeByHand(adapter: TargetSystem) async throws {
        try await withTargets(adapter, billingDelay: .zero) { targets in
            let ground = try await Verb.createTasks.prepare(targets)
            let tasks = try await Inverse.deleteTasks.make(targets, ground)
            let schedule = try await Inverse.cancelBillingSchedule.make(targets, ground)
            let (erp, psa, asked) = (targets.erp, targets.psa, call("has"))
            #expect(try await erp.hasCustomer(ground.customer, as: asked))
            #expect(try await erp.hasProject(ground.project, as: asked))
            #expect(try await erp.hasBillingSchedule(schedule, as: asked))
            // A person reads the id where the PSA writes it in capitals.
            for id in [tasks, tasks.uppercased()] {
                #expect(try await psa.hasTasks(id, project: ground.project, as: asked))
            }
            #expect(try await !erp.hasCustomer("CUS/404", as: asked))
            #expect(try await !erp.hasProject("PRJ-404", as: asked))
            #expect(try await !erp.hasBillingSchedule("BIL-404", as: asked))
            #expect(try await !psa.hasTasks("TSK-404", project: ground.project, as: asked))
            #expect(try await !psa.hasTasks(tasks, project: "PRJ-404", as: asked))
            try await targets.arm(#"[{"effect":"error"}]"#)
            await #expect(throws: Unavailable.self) { try await erp.hasProject(ground.project, as: asked) }
        }
    }

    @Test(
        "H6 what a refusal is about decides whose it is", .timeLimit(.minutes(1)), arguments: TargetSystem.all,
        [
            ("tax_unknown", .taxUnknown), ("revenue_rule_missing", .revenueRuleMissing),
            ("entity_unmapped", .entityUnmapped), ("duplicate_customer", .duplicateCustomer),
            ("unknown_service", .serviceUnknown), ("anything", .targetRefused),
        ] as [(String, IncidentClass)])
    func classes(adapter: TargetSystem, expected: (code: String, incidentClass: IncidentClass)) async throws {
        try await withTargets(adapter) { targets in
            try await targets.arm(#"[{"effect":"refuse","code":"\#(expected.code)","text":"why"}]"#)
            let refused = await #expect(throws: Refused.self) {
                try await targets.erp.createCustomer(Samples.customer(), as: call("k"))
            }
            // A code that the adapter does not know may be anything, so it is only what was said.
            let isKnown = expected.incidentClass != .targetRefused
            #expect(
                refused
                    == Refused(
                        expected.incidentClass, "ERP answered 422" + (isKnown ? " \(expected.code)" : ""),
                        said: isKnown ? "why" : "\(expected.code): why"))
        }
    }
}
