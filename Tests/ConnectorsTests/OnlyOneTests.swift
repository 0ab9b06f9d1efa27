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
            creating create: @escaping @Sendable (Shelf) throws -> Void
        ) -> OnlyOne {
            OnlyOne(
                target: "ERP", list: { _ in self.ids.withLock(\.self) }, create: { _ in try create(self) },
                remove: { id, call in
                    self.ids.withLock { $0.removeAll { $0 == id } }
                    self.removed.withLock { $0.append("\(id) \(call.key)") }
                }, timing: CallTiming(budget: .seconds(10), settle: .milliseconds(1)))
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
        let late = call("k", within: .milliseconds(5))
        let thing = shelf.thing(creating: { shelf in
            shelf.add("other's")
            while ContinuousClock.now <= late.deadline { continue }
            shelf.add("own")
            if !isAnswered { throw Unavailable(.failure, target: "ERP", reason: "no answer in time") }
        })
        let outcome = await Result { try await thing.id(as: late) }
        #expect(shelf.ids.withLock(\.self) == ["other's"])
        if case .success(let id) = outcome { #expect(isAnswered && id == "other's") } else { #expect(!isAnswered) }
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

extension Result where Failure == any Error, Success: Sendable {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
