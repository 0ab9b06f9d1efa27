import Connectors
import Foundation
import Sagas
import Testing
import Workers

/// What every adapter must do, and the systems in memory too; a new adapter needs a case in `Adapter` and no test of its own.
@Suite struct ConformanceTests {
    @Test(
        "a read-back gives the id that was answered, and a key makes one thing where the target keeps keys",
        .timeLimit(.minutes(1)), arguments: TargetSystem.all, Verb.findable)
    func sameKey(adapter: TargetSystem, verb: Verb) async throws {
        try await withTargets(adapter) { targets in
            let ground = try await verb.prepare(targets)
            #expect(try await verb.find(targets, ground, as: call("k/ é")) == nil)
            let made = try #require(try await verb.perform(targets, ground, as: call("k/1")))
            #expect(try await verb.findAll(targets, ground, as: call("k/1")) == [made])
            let again = try #require(try await verb.perform(targets, ground, as: call("k/1")))
            #expect((again == made) == !verb.isKeyless)
            let all = verb.isKeyless ? [made, again] : [made]
            #expect(try await verb.findAll(targets, ground, as: call("k/1")) == all)
            #expect(try await targets.effects(verb.rawValue, key: "k%2F1") == (verb.isKeyless ? 2 : 1))
        }
    }

    @Test(
        "a timeout after the effect is in doubt, and the read-back finds what was made",
        .timeLimit(.minutes(1)), arguments: TargetSystem.all, Verb.findable)
    func timeoutAfter(adapter: TargetSystem, verb: Verb) async throws {
        try await withTargets(adapter) { targets in
            let ground = try await verb.prepare(targets)
            try await targets.arm(
                #"[{"verb":"\#(verb.rawValue)","effect":"timeout_after","holdMs":20000,"count":1}]"#)
            let failure = await #expect(throws: Unavailable.self) {
                try await verb.perform(targets, ground, as: call("k", within: .milliseconds(900)))
            }
            #expect(failure?.cause == .failure && failure?.isAttempt == true)
            let found = try #require(try await verb.find(targets, ground, as: call("k")))
            if !verb.isKeyless { #expect(try await verb.perform(targets, ground, as: call("k")) == found) }
            #expect(try await targets.effects(verb.rawValue, key: "k") == 1)
        }
    }

    @Test(
        "a call that breaks before its effect is in doubt, and is done when tried again",
        .timeLimit(.minutes(1)), arguments: TargetSystem.all, Verb.findable)
    func timeoutBefore(adapter: TargetSystem, verb: Verb) async throws {
        try await withTargets(adapter) { targets in
            let ground = try await verb.prepare(targets)
            try await targets.arm(#"[{"verb":"\#(verb.rawValue)","effect":"timeout_before","holdMs":5,"count":1}]"#)
            let failure = await #expect(throws: Unavailable.self) {
                try await verb.perform(targets, ground, as: call("k"))
            }
            #expect(failure?.cause == .failure)
            #expect(try await verb.find(targets, ground, as: call("k")) == nil)
            #expect(try await verb.perform(targets, ground, as: call("k")) != nil)
        }
    }

    @Test(
        "429 is throttled with the time asked for, 500 is a failure, 422 is refused",
        .timeLimit(.minutes(1)), arguments: TargetSystem.all, Verb.allCases)
    func statuses(adapter: TargetSystem, verb: Verb) async throws {
        try await withTargets(adapter) { targets in
            let ground = try await verb.prepare(targets)
            let only = #""verb":"\#(verb.rawValue)""#
            try await targets.arm("[{\(only),\"effect\":\"throttle\",\"retryAfterS\":7}]")
            let throttled = await #expect(throws: Unavailable.self) {
                try await verb.perform(targets, ground, as: call("k"))
            }
            #expect(throttled?.cause == .throttled && throttled?.retryAfter == .seconds(7))
            #expect(throttled?.target == verb.target && throttled?.isAttempt == false)

            try await targets.arm("[{\(only),\"effect\":\"error\"}]")
            let failed = await #expect(throws: Unavailable.self) {
                try await verb.perform(targets, ground, as: call("k"))
            }
            #expect(failed?.cause == .failure && failed?.target == verb.target)

            try await targets.arm(
                "[{\(only),\"effect\":\"refuse\",\"code\":\"period_closed\",\"text\":\"closed\"}]")
            let refused = await #expect(throws: Refused.self) {
                try await verb.perform(targets, ground, as: call("k"))
            }
            #expect(refused?.incidentClass == .targetRefused)
            #expect(refused?.reason == "\(verb.target) answered 422 period_closed" && refused?.said == "closed")
            #expect(try await targets.effects(verb.rawValue, key: "k") == 0)
        }
    }

    @Test(
        "nothing is sent after the deadline, and no call lasts longer than it",
        .timeLimit(.minutes(1)), arguments: Adapter.allCases, Verb.allCases)
    func deadlines(adapter: Adapter, verb: Verb) async throws {
        try await withTargets(adapter) { targets in
            let ground = try await verb.prepare(targets)
            for time in [Duration.zero, .milliseconds(-500)] {
                await #expect(throws: Unavailable.self) {
                    try await verb.perform(targets, ground, as: call("late", within: time))
                }
            }
            #expect(try await targets.effects(verb.rawValue, key: "late") == 0)
            try await targets.arm(#"[{"effect":"latency","latencyMs":20000}]"#)
            let slow = call("slow", within: .seconds(1))
            let failure = await #expect(throws: Unavailable.self) { try await verb.perform(targets, ground, as: slow) }
            #expect(ContinuousClock.now < slow.deadline + .seconds(10))
            #expect(failure?.cause == .failure && failure?.reason == "no answer in time")
        }
    }

    @Test(
        "all things that came to stand under one key are found, oldest first, and each is removed by its id",
        .timeLimit(.minutes(1)), arguments: TargetSystem.all, Inverse.ofKeyless)
    func copies(adapter: TargetSystem, inverse: Inverse) async throws {
        try await withTargets(adapter, billingDelay: .zero) { targets in
            let verb = inverse.verb
            let ground = try await verb.prepare(targets)
            var made: [String] = []
            for _ in 0..<3 {
                made.append(try #require(try await verb.perform(targets, ground, as: call("p"))))
            }
            #expect(try await verb.findAll(targets, ground, as: call("p")) == made)
            #expect(try await inverse.undo(made[1], targets, ground, as: call("p/copy/\(made[1])")) == .undone)
            #expect(try await verb.findAll(targets, ground, as: call("p")) == [made[0], made[2]])
        }
    }

    @Test(
        "V1 past its window a call that has an effect is not sent, and says so; a question still is",
        .timeLimit(.minutes(1)), arguments: TargetSystem.all, Verb.findable)
    func windows(adapter: TargetSystem, verb: Verb) async throws {
        try await withTargets(adapter) { targets in
            let ground = try await verb.prepare(targets)
            let late = Call(key: "w", correlationID: "w", sendBy: .now, deadline: .now + .seconds(20))
            await #expect(throws: NotSent.self) { try await verb.perform(targets, ground, as: late) }
            #expect(try await verb.findAll(targets, ground, as: late) == [])
            #expect(try await targets.effects(verb.rawValue, key: "w") == 0)
        }
    }

    @Test("an interrupted call is cancelled, not failed", .timeLimit(.minutes(1)), arguments: Adapter.allCases)
    func interruption(adapter: Adapter) async throws {
        try await withTargets(adapter) { targets in
            try await targets.arm(#"[{"effect":"latency","latencyMs":20000}]"#)
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await #expect(throws: CancellationError.self) { try await targets.erp.findCustomers(as: call("k")) }
                }
                group.cancelAll()
            }
        }
    }

    @Test("a key with other content is refused", .timeLimit(.minutes(1)), arguments: TargetSystem.all)
    func otherContent(adapter: TargetSystem) async throws {
        try await withTargets(adapter) { targets in
            _ = try await targets.erp.createCustomer(Samples.customer(), as: call("k"))
            await #expect(throws: Refused.self) {
                try await targets.erp.createCustomer(Samples.customer(name: "Other"), as: call("k"))
            }
            await #expect(throws: Refused.self) {
                try await targets.erp.updateCustomer("CUS-404", to: Samples.customer(), as: call("u"))
            }
            await #expect(throws: Refused.self) {
                let project = Samples.project(customer: "CUS-000001", end: "2025-01-01")
                return try await targets.erp.createProject(project, as: call("p"))
            }
        }
    }

    @Test(
        "a schedule that is accepted is unfinished until it is there", .timeLimit(.minutes(1)),
        arguments: TargetSystem.all)
    func accepted(adapter: TargetSystem) async throws {
        try await withTargets(adapter, billingDelay: .seconds(2)) { targets in
            let ground = try await Verb.createBillingSchedule.prepare(targets)
            #expect(try await targets.erp.findBillingSchedule(as: call("k")) == .absent)
            for _ in 0..<2 {
                let accepted = await #expect(throws: Unavailable.self) {
                    try await Verb.createBillingSchedule.perform(targets, ground, as: call("k"))
                }
                #expect(accepted?.cause == .accepted && accepted?.isAttempt == false)
                #expect(accepted?.retryAfter != nil)
            }
            var found = try await targets.erp.findBillingSchedule(as: call("k"))
            guard case .unfinished = found else {
                Issue.record("found \(found) at once")
                return
            }
            while case .unfinished = found { found = try await targets.erp.findBillingSchedule(as: call("k")) }
            guard case .present(let receipt) = found else {
                Issue.record("found \(found) in the end")
                return
            }
            let again = try await Verb.createBillingSchedule.perform(targets, ground, as: call("k"))
            #expect(again == receipt.externalID)
            #expect(try await targets.effects("create_billing_schedule", key: "k") == 1)
        }
    }

    @Test(
        "a newer status of a handoff stays, and an older one is no failure", .timeLimit(.minutes(1)),
        arguments: Adapter.allCases)
    func olderStatus(adapter: Adapter) async throws {
        try await withTargets(adapter) { targets in
            let crm = targets.crm
            try await crm.writeHandoff(Samples.status("finished", version: 5), opportunity: "006/A", as: call("5"))
            try await crm.writeHandoff(Samples.status("waiting", version: 4), opportunity: "006/A", as: call("4"))
            let there = try await targets.read("/crm/opportunities/006%2FA/handoff")
            #expect(there["state"] as? String == "finished" && there["sourceVersion"] as? Int == 5)
            #expect(there["correlationId"] as? String == "corr-5" && there["projectId"] as? String == "PRJ-1")
            try await crm.writeHandoff(
                Samples.status("cancelled", of: "CT-2", version: 1), opportunity: "006/A", as: call("1"))
            let other = try await targets.read("/crm/opportunities/006%2FA/handoff?contract=CT-2")
            #expect(other["state"] as? String == "cancelled", "another contract has versions of its own")
        }
    }

    @Test("what is written is what was said", .timeLimit(.minutes(1)), arguments: Adapter.allCases)
    func content(adapter: Adapter) async throws {
        try await withTargets(adapter, billingDelay: .zero) { targets in
            let ground = try await Verb.createTasks.prepare(targets)
            _ = try await targets.psa.createTasks(.lines(Samples.tasks), project: ground.project, as: call("t"))
            try await targets.erp.updateCustomer(
                ground.customer, to: Samples.customer(name: "New", taxID: nil), as: call("u"))
            let customer = try await targets.read("/erp/customers/\(ground.customer)")
            #expect(customer["name"] as? String == "New" && customer["taxId"] == nil)
            #expect(customer["entity"] as? String == "DE01" && customer["email"] as? String == "a@example.com")
            let list = (try await targets.read("/psa/projects/\(ground.project)/tasks")["items"] as? [[String: Any]])?
                .first
            #expect((list?["tasks"] as? [[String: Any]])?.compactMap { $0["code"] as? String } == ["PM", "DV"])
        }
    }

    @Test(
        "C4 a phase is written with its template and its tree", .timeLimit(.minutes(1)), arguments: Adapter.allCases)
    func phases(adapter: Adapter) async throws {
        try await withTargets(adapter, billingDelay: .zero) { targets in
            let ground = try await Verb.createTasks.prepare(targets)
            _ = try await targets.psa.createTasks(.phase(Samples.phase), project: ground.project, as: call("t"))
            let lists = try await targets.read("/psa/projects/\(ground.project)/tasks")["items"] as? [[String: Any]]
            let phase = try #require(lists?.first?["phase"] as? [String: Any])
            #expect(phase["code"] as? String == "PLAN" && phase["name"] as? String == "Planning")
            #expect(phase["template"] as? String == "IMPL" && phase["templateVersion"] as? Int == 3)
            let tasks = try #require(lists?.first?["tasks"] as? [[String: Any]])
            #expect(tasks.map { $0["code"] as? String } == ["PM", "PM-1"])
            #expect(tasks.map { $0["parent"] as? String } == [nil, "PM"])
            #expect(tasks.map { $0["billingCode"] as? String } == [nil, "T-100"])
        }
    }

    @Test(
        "C8 a demand is published with its four attributes", .timeLimit(.minutes(1)),
        arguments: Adapter.allCases)
    func demands(adapter: Adapter) async throws {
        try await withTargets(adapter, billingDelay: .zero) { targets in
            let ground = try await Verb.publishDemand.prepare(targets)
            _ = try await targets.psa.publishDemand(Samples.demand, project: ground.project, as: call("d"))
            let items = try await targets.read("/psa/projects/\(ground.project)/demands")["items"] as? [[String: Any]]
            #expect(items?.count == 1)
            let demand = try #require(items?.first)
            let said = ["role", "skill", "location", "startDate"].map { demand[$0] as? String }
            #expect(said == ["consultant", "SAP FI", "DE", "2026-02-01"] && demand["hours"] as? Int == 80)
        }
    }
}
