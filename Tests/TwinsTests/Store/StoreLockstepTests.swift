import FoundationEssentials
import Sagas
import Support
import Testing
import Twins
import Workers

@testable import Fleet

/// What the twin answers and holds must be what PostgreSQL answers and holds, whatever is asked in whatever order.
@Suite struct StoreLockstepTests {
    @Test(
        "any transitions in any order: both stores give the same answers and hold the same rows",
        .timeLimit(.minutes(3)), arguments: UInt64(1)...4)
    func lockstep(seed: UInt64) async throws {
        let kinds = ["handoff", "status", "target", "event", "journal", "signature", "unsigned", "look"]
        // Not every seed comes to a look: the twin alone says quickly which one does.
        var seed = 1000 * seed
        var missing = kinds
        while !missing.isEmpty, seed % 1000 < 100 {
            seed += 1
            let twin = StoreBench(MemorySide())
            _ = try await difference(between: twin, and: StoreBench(MemorySide()), seed)
            let rows = try await twin.rows()
            missing = kinds.filter { kind in !rows.contains { $0.hasPrefix(kind) } }
        }
        #expect(missing.isEmpty, "up to seed \(seed) no \(missing) was ever written")
        try await StoreMaker.postgresql.with { [seed] real in
            let difference = try await difference(between: real, and: StoreBench(MemorySide()), seed)
            #expect(difference == nil, "seed \(seed): \(difference ?? "")")
            let rows = try await real.rows()
            for kind in kinds {
                #expect(rows.contains { $0.hasPrefix(kind) }, "seed \(seed): no \(kind) was ever written")
            }
        }
    }

    @Test(
        "a store that makes a mistake is told apart", .timeLimit(.minutes(1)),
        arguments: [
            StorePlants.noTokenCheck, .noStateCheck, .laneNotReleased, .settledAtOnce, .undoFirstToLast, .leasesForEver,
            .noVersionCheck, .noIntents, .noLanes, .noLooks,
        ])
    func mistakes(plants: StorePlants) async throws {
        var found: String?
        var seed: UInt64 = 0
        while found == nil, seed < 80 {
            seed += 1
            found = try await difference(
                between: StoreBench(MemorySide()), and: StoreBench(MemorySide(plants: plants)), seed)
        }
        #expect(found != nil, "\(seed) seeds and no difference")
    }

    /// Where the two benches first differ; nil when they do not.
    private func difference(
        between real: StoreBench, and twin: StoreBench, _ seed: UInt64
    ) async throws -> String? {
        var dice = Dice(seed: seed)
        var acts: [String] = []
        for turn in 0..<300 {
            // No two transactions at one moment: PostgreSQL's never are.
            for bench in [real, twin] { try await bench.move(by: .milliseconds(1)) }
            let act = Act(&dice)
            acts.append("\(act)")
            let expected = try await act.perform(at: real)
            let answer = try await act.perform(at: twin)
            if answer == expected, turn % 4 != 3 { continue }
            let rows = try await real.rows()
            let twins = try await twin.rows()
            guard answer == expected, twins == rows else {
                return """
                    turn \(turn):
                    \(acts.suffix(12).joined(separator: "\n"))
                    one answers:   \(expected)
                    other answers: \(answer)
                    only in the one: \(rows.filter { !twins.contains($0) })
                    only in the other: \(twins.filter { !rows.contains($0) })
                    """
            }
        }
        return nil
    }
}

/// One act at a bench, chosen by dice.
private struct Act: CustomStringConvertible {
    private enum What: CaseIterable {
        case admit, admitAnother, take, takeAgain, commit, commitAgain, commitOld, claim, gate, note, sweep, confirm
        case takeLooks, settleLook, settleLookAgain, move, leap, takeStatus, settle, record, pause, open, next, hurry
    }

    private let what: What
    private let numbers: [Int]

    init(_ dice: inout Dice) {
        what = What.allCases.randomElement(using: &dice) ?? .sweep
        numbers = (0..<10).map { _ in Int.random(in: 0..<1000, using: &dice) }
    }

    var description: String { "\(what) \(numbers)" }

    private func pick<Value>(_ values: [Value], _ place: Int) -> Value { values[numbers[place] % values.count] }
    private var opportunity: String { pick(["O-1", "O-2", "O-3", "O-4", "O-5", "O-6"], 0) }
    private var contract: String { pick(["CT-1", "CT-1", "CT-1", "CT-2"], 1) }
    private var version: Int { pick([1, 1, 1, 2, 2, 3, 4], 2) }
    private var name: String { "\(opportunity)/\(contract)/\(version)" }

    func perform(at bench: StoreBench) async throws -> String {
        switch what {
        case .admit, .admitAnother: return try await admit(at: bench)
        case .take, .takeAgain:
            return try await take(at: bench)
        case .commit, .commitAgain: return try await commit(at: bench, old: false)
        case .commitOld: return try await commit(at: bench, old: true)
        case .claim:
            guard let place = await place(at: bench) else { return "-" }
            return try await bench.claim(pick(["1", "2"], 4), at: place)
        case .takeLooks: return try await bench.takeLooks(in: pick(StoreBench.queues, 3))
        case .settleLook, .settleLookAgain:
            return try await bench.settleLook(
                pick(
                    [
                        .found([]), .found(["X-0"]), .found(["X-0", "Y-\(numbers[4] % 3)"]), .found(["Y-1", "C-1"]),
                        .kept(id: "Y-1", because: "booked"),
                        .later(after: .seconds(9), isAttempt: true, reason: "down"),
                        .givenUp(reason: "down"),
                    ], 3), isShared: numbers[5] % 4 == 0, at: numbers[6], in: pick(StoreBench.queues, 7))
        case .gate: return try await bench.gate(of: pick(["ERP", "PSA"], 3))
        case .note:
            try await bench.note(
                pick([.well, .failed(reason: "x"), .failed(reason: "y"), .throttled(for: .seconds(7))], 3),
                wasProbe: numbers[4] % 4 == 0, of: pick(["ERP", "PSA"], 5))
            return "-"
        case .sweep: return try await bench.sweep(publishing: numbers[3] % 4 != 0)
        case .confirm: return try await bench.confirmCopies() + "\(try await bench.ticketsOut())"
        case .move:
            try await bench.move(by: .milliseconds(pick([1, 500, 5000, 14_999, 15_000], 3)))
            return "-"
        case .leap:
            try await bench.move(by: .seconds(pick([31, 61, 901, 3601], 3)))
            return try await bench.sweep()
        case .takeStatus: return try await bench.takeStatus(of: opportunity, contract)
        case .settle:
            return try await bench.settle(
                pick(
                    [
                        .written, .written, .waiting(for: .seconds(3), isAttempt: true, reason: "down"),
                        .refused(for: .seconds(60), reason: "no"),
                    ], 3), at: numbers[4])
        case .record:
            if numbers[5] % 2 == 0 {
                try await bench.choose("C-\(numbers[3] % 3)", as: pick(["customer", "tax"], 4), for: name)
                return "-"
            }
            try await bench.record(numbers[4] % 2 == 0, "cancel", "\(numbers[3] % 3)", of: name)
            return "-"
        case .pause: return try await bench.togglePause(pick(["target", "target", "target", "queue"], 3))
        case .open:
            if numbers[4] % 5 == 0 { try await bench.side.discardMessages("raw/q/\(numbers[3] % 5)/") }
            let isNew = try await bench.open(
                "raw/q/\(numbers[3] % 5)/\(numbers[5] % 9 == 0 ? 1 : 0)", pick([.notJSON, .sourceMismatch], 6),
                opportunity: opportunity, contract: pick([contract, nil], 7), version: pick([version, nil], 8),
                status: pick([nil, "refused", "blocked"], 9), countsRepeat: numbers[0] % 2 == 0)
            return "\(isNew)"
        case .next: return try await bench.next(1 + numbers[3] % 4, in: pick(StoreBench.queues, 4))
        case .hurry:
            switch numbers[3] % 4 {
            case 0: try await bench.hurry()
            case 1: try await bench.notePublished(name)
            default: try await bench.hurry(name)
            }
            return "-"
        }
    }

    /// Takes the first that can be taken, beginning anywhere.
    private func take(at bench: StoreBench) async throws -> String {
        let names = await bench.ids.keys.sorted()
        for offset in names.indices {
            let name = names[(numbers[2] + offset) % names.count]
            let answer = try await bench.take(name, in: pick(StoreBench.queues + [StoreBench.planning], 3))
            if answer != "nothing" { return "\(name) \(answer)" }
        }
        return "nothing"
    }

    private func place(at bench: StoreBench) async -> Int? {
        let count = await bench.taken.count
        return count == 0 ? nil : numbers[8] % 3 == 0 ? numbers[9] % count : count - 1
    }

    private func admit(at bench: StoreBench) async throws -> String {
        // Some sales are signed, the others never.
        let isSigned = numbers[0] % 6 > 3
        if isSigned, numbers[9] % 4 == 0 {
            return try await bench.sign(
                "env-\(numbers[3] % 12)", opportunity: opportunity, sowHash: pick([nil, "a", "b"], 4),
                signedAt: Double(numbers[6] % 3), event: pick([nil, nil, "s\(numbers[5] % 9)"], 8))
        }
        let kind: Arrival.Kind = pick(
            [.complete, .complete, .complete, .change(base: max(version - 1, 1)), .change(base: 1), .cancel], 3)
        return try await bench.admit(
            version, kind, opportunity: opportunity, contract: contract,
            event: pick([nil, nil, "e\(numbers[5] % 9)"], 4),
            hash: pick([nil, nil, nil, "other"], 6), status: pick([nil, "received"], 7),
            sowHash: pick([nil, "a", "b"], 8), waits: isSigned && kind != .cancel && numbers[8] % 2 == 0,
            names: isSigned || numbers[9] % 11 > 0
                ? [] : ["N-\(numbers[9] % 3)", pick(["O-3", "O-4"], 9)].filter { $0 != opportunity })
    }

    private func commit(at bench: StoreBench, old: Bool) async throws -> String {
        let count = await bench.taken.count
        guard count > 0 else { return "-" }
        return try await bench.commit(next, at: old ? numbers[9] % count : count - 1) { write, owner in
            if owner.plan == nil, numbers[5] % 4 != 0 { write.plan(owner) }
            for ordinal in 0..<2 where numbers[6] % 3 > ordinal {
                let subject = numbers[7] % 4 == 0 ? owner.earlier.last?.id ?? owner.id : owner.id
                write.change(subject, ordinal, to: pick(StepRecord.State.allCases, 4 + ordinal)) { change in
                    change.failures = numbers[8] % 2
                    change.isInDoubt = numbers[9] % 2 == 0
                    if numbers[8] % 5 == 0 {
                        change.claim = Claim(target: "ERP", thing: "customer", naturalKey: "1")
                    }
                }
            }
            write.entries = [#"{"what":"noted \#(numbers[0])"}"#]
            if numbers[1] % 2 == 0 { write.status = StoreBench.status("says \(numbers[1] % 3)") }
            if numbers[2] % 5 == 0 { write.direction = .backwards }
            if numbers[3] % 3 == 0 { write.calls = pick(["ERP", "PSA"], 4) }
            if numbers[7] % 5 == 0 {
                write.planningFailure = .init(target: pick(["ERP", "TAX"], 8), isAttempt: numbers[9] % 2 == 0)
            }
            if numbers[4] % 4 == 0 { write.lastError = "error \(numbers[4])" }
            if numbers[5] % 6 == 0 {
                write.reports = [TargetReport(target: "ERP", answer: .failed(reason: "z"), wasProbe: false)]
            }
            if numbers[6] % 9 == 0 { write.notice = .init(incidentClass: .taxUnknown, story: "s", step: "one") }
        }
    }

    private var next: OwnerWrite.Next {
        switch numbers[3] % 8 {
        case 0, 1: .running(lease: .seconds(15))
        case 2: .ready(queue: pick(StoreBench.queues, 4))
        case 3: .waiting(.init(cause: .unavailable(.failure), time: .seconds(pick([1, 20], 5))))
        case 4: .waiting(.init(cause: .approval(gate: "cancel", planHash: "\(numbers[5] % 3)"), time: .seconds(3600)))
        case 5:
            .parked(
                .init(
                    incidentClass: pick([.targetRefused, .sowMismatch], 6), story: "no", step: pick([nil, "one"], 5)))
        case 6: .finished
        default: .compensated
        }
    }
}
