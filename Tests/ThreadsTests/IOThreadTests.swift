import Glibc
import Synchronization
import Testing
import Threads

actor Bound {
    private let thread: IOThread
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
    private var calls = 0

    init(thread: IOThread) { self.thread = thread }

    func count() -> Int {
        calls += 1
        return calls
    }

    func threadIdentity() -> UInt { UInt(pthread_self()) }
}

@Suite struct IOThreadTests {
    @Test("an actor bound to a thread runs all its jobs on that thread", .timeLimit(.minutes(1)))
    func oneThread() async {
        let thread = IOThread()
        defer { thread.stop() }
        let actor = Bound(thread: thread)
        let first = await actor.threadIdentity()
        await withTaskGroup(of: UInt.self) { group in
            for _ in 0..<100 { group.addTask { await actor.threadIdentity() } }
            for await identity in group { #expect(identity == first) }
        }
        #expect(await actor.count() == 1)
    }

    @Test("a watch gets its turn when its descriptor is readable", .timeLimit(.minutes(1)))
    func readable() async {
        let thread = IOThread()
        defer { thread.stop() }
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        let events = AsyncStream<UInt8>.makeStream()
        thread.watch { ready in
            if ready & Int16(POLLIN) != 0 {
                var byte: UInt8 = 0
                _ = read(reading, &byte, 1)
                events.continuation.yield(byte)
                return nil
            }
            return .init(descriptor: reading, events: Int16(POLLIN))
        }
        var byte: UInt8 = 7
        _ = write(writing, &byte, 1)
        var received = events.stream.makeAsyncIterator()
        #expect(await received.next() == 7)
        close(reading)
        close(writing)
    }

    @Test("a watch gets its turn when its deadline passes and nothing is ready", .timeLimit(.minutes(1)))
    func deadline() async {
        let thread = IOThread()
        defer { thread.stop() }
        let due = ContinuousClock.now + .milliseconds(20)
        let turns = AsyncStream<ContinuousClock.Instant>.makeStream()
        thread.watch { _ in
            if ContinuousClock.now >= due {
                turns.continuation.yield(.now)
                return nil
            }
            return .init(descriptor: nil, events: 0, deadline: due)
        }
        var iterator = turns.stream.makeAsyncIterator()
        let woken = await iterator.next()
        #expect(woken.map { $0 >= due } == true)
    }
}
