import Synchronization

/// The world behind its lock, with its file: decisions are made under the lock, answered once their lines are on disk.
final class Ledger: Sendable {
    private let world: Mutex<World>
    private let log: EffectLog

    init(world: World, log: EffectLog) {
        self.world = Mutex(world)
        self.log = log
    }

    /// How many bytes of the file are on the disk.
    var syncedBytes: Int { log.syncedBytes }

    /// Lets another sandbox have the file.
    func release() { log.release() }

    /// Decides and answers. Reads wait too: what they show must still be there after a crash.
    func answer<Value: Sendable>(_ decide: @Sendable (inout World) throws -> Value) async throws -> Value {
        let (result, mark) = world.withLock { world in
            let result = Result { try decide(&world) }
            return (result, log.append(world.takeLines()))
        }
        try await log.sync(upTo: mark)
        return try result.get()
    }
}
