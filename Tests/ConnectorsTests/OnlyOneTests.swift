import Sagas
import Synchronization
import Testing
import Workers

@testable import Connectors

/// One thing stands at a target that keeps no keys, whatever a frozen worker adds.
@Suite struct OnlyOneTests {
    /// Things with one key, oldest first, and what was done to them.
    private final class Shelf: Sendable {
        let ids: Mutex<[String]>
        let removed = Mutex<[String]>([])
        init(_ ids: [String] = []) { self.ids = Mutex(ids) }

        func thing(
            removing outcome: Result<Undone, any Error> = .success(.undone),
            listing problem: (@Sendable (_ ids: [String]) -> (any Error)?)? = nil,
            creating create: @escaping @Sendable (Shelf) throws -> Void
        ) -> OnlyOne {
            OnlyOne(
                target: "ERP",
                list: { call in
                    try Self.check(call)
                    let ids = self.ids.withLock(\.self)
                    if let problem = problem?(ids) { throw problem }
                    return ids
                },
                create: { call in
                    try Self.check(call)
                    try create(self)
                },
                remove: { id, call in
                    try Self.check(call)
                    let undone = try outcome.get()
                    self.ids.withLock { $0.removeAll { $0 == id } }
                    self.removed.withLock { $0.append("\(id) \(call.key)") }
                    return undone
                }, timing: CallTiming(budget: .seconds(10), settle: .milliseconds(1)))
        }

        /// Nothing is sent after a deadline.
        private static func check(_ call: Call) throws {
            guard ContinuousClock.now <= call.deadline else {
                throw Unavailable(.failure, target: "ERP", reason: "past")
            }
        }

        func add(_ id: String) { ids.withLock { $0.append(id) } }
    }

    @Test("what is there is not made again")
    func known() async throws {
        let shelf = Shelf(["A"])
        let id = try await shelf.thing(creating: { $0.add("B") }).id(as: call("k"))
        #expect(id == "A" && shelf.ids.withLock(\.self) == ["A"])
    }

    @Test("of two, the earlier stays, and the later is removed under a key of its own")
    func later() async throws {
        let shelf = Shelf()
        let thing = shelf.thing(creating: {
            $0.add("A")
            $0.add("B")
        })
        #expect(try await thing.id(as: call("k")) == "A")
        #expect(shelf.removed.withLock(\.self) == ["B k-copy-B"])
    }

    @Test("a worker that wakes after its deadline removes what it made beside another's", arguments: [true, false])
    func frozen(isAnswered: Bool) async throws {
        let shelf = Shelf()
        // Its look-up came before the other worker's thing, its deadline passes while it is frozen.
        let late = call("k", within: .milliseconds(500))
        let thing = shelf.thing(creating: { shelf in
            shelf.add("other's")
            while ContinuousClock.now <= late.deadline { continue }
            shelf.add("own")
            if !isAnswered { throw Unavailable(.failure, target: "ERP", reason: "no answer in time") }
        })
        if isAnswered {
            #expect(try await thing.id(as: late) == "other's")
        } else {
            await #expect(throws: Unavailable.self) { try await thing.id(as: late) }
        }
        #expect(shelf.ids.withLock(\.self) == ["other's"])
    }

    @Test("once one may stand, a refused or throttled look leaves it in doubt; before that it does not")
    func doubt() async throws {
        let throttled = Unavailable(.throttled, target: "ERP", reason: "too many calls")
        for problem in [throttled, Refused(.targetRefused, "no")] as [any Error & Equatable & Sendable] {
            let after = Shelf().thing(listing: { $0.isEmpty ? nil : problem }, creating: { $0.add("A") })
            let failure = await #expect(throws: Unavailable.self) { try await after.id(as: call("k")) }
            #expect(failure?.cause == .failure)
            let before = Shelf().thing(listing: { _ in problem }, creating: { $0.add("A") })
            await #expect { try await before.id(as: call("k")) } throws: { "\($0)" == "\(problem)" }
        }
    }

    @Test(
        "a copy that cannot be removed leaves the step in doubt",
        arguments: [
            .success(.kept(because: "invoiced", owner: .finance)), .failure(Refused(.undoRefused, "hours are booked")),
        ] as [Result<Undone, any Error>])
    func unremovable(outcome: Result<Undone, any Error>) async throws {
        let thing = Shelf(["A", "B"]).thing(removing: outcome, creating: { $0.add("C") })
        let failure = await #expect(throws: Unavailable.self) { try await thing.id(as: call("k")) }
        #expect(failure?.cause == .failure)
    }

    @Test("a failure in time is left to the read-back")
    func failure() async throws {
        let shelf = Shelf()
        let thing = shelf.thing(creating: {
            $0.add("A")
            $0.add("B")
            throw Unavailable(.failure, target: "ERP", reason: "no answer")
        })
        await #expect(throws: Unavailable.self) { try await thing.id(as: call("k")) }
        #expect(shelf.removed.withLock(\.self) == [])
    }
}
