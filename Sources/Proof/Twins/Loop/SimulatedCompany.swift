import Connectors
import Fleet
import FoundationEssentials
import Sagas
import Synchronization
import Workers

/// Store, broker, targets, clock and workers of one run, in this process and one thing at a time.
///
/// The engine and the steps are the real ones. Whatever happens is decided by the plan of the run alone, so that the same
/// plan gives the same run.
final class SimulatedCompany<S: Saga>: Sendable {
    let clock = TwinClock()
    let database: MemoryDatabase
    let broker = MemoryBroker()
    let targets: MemoryTargets
    let numbers = MemoryNumbers()
    let course: Course
    let plants: LoopPlants
    let saga: @Sendable (SimulatedPorts) -> S
    private let queues: [Queue]
    private let state: Mutex<State>

    private struct State {
        var crew: [String: SimulatedWorker<S>] = [:]
        var hired = 0
        var cues: [Cue]
        var published: [String] = []
        var turns = 0
        /// How many workers stand still: then the company is not at rest, however quiet it is.
        var sleepers = 0
        /// What was sent to a target and is done later.
        var late: [(at: Duration, act: @Sendable () -> Void)] = []
        var hashes: [String: String] = [:]
    }

    /// No run of these scenarios needs as many turns, unless it goes round in a circle.
    private static var mostTurns: Int { 3000 }

    init(
        _ setup: Setup, plan: Course.Plan, cues: [Cue], queues: [Queue],
        saga: @escaping @Sendable (SimulatedPorts) -> S
    ) {
        plants = setup.loopPlants
        database = MemoryDatabase(clock: clock, limits: setup.limits, plants: setup.storePlants)
        targets = MemoryTargets(
            now: { [clock] in clock.instant }, hasNativeKeys: setup.hasNativeKeys,
            isSearchable: !setup.loopPlants.contains(.noReadBack))
        course = Course(plan)
        self.saga = saga
        self.queues = queues
        state = Mutex(State(cues: cues))
    }

    /// The ids of all events that were published.
    var published: [String] { state.withLock { $0.published } }

    /// Goes on until nothing moves any more and nothing more comes from outside, or for so many turns.
    func run(turns: Int = .max) async {
        var left = turns
        while left > 0, await takeTurn() { left -= 1 }
    }

    /// Does one thing; false when there is nothing left to do.
    private func takeTurn() async -> Bool {
        let turns = state.withLock { state in
            state.turns += 1
            return state.turns
        }
        guard turns <= Self.mostTurns else {
            course.complain("it never comes to rest")
            return false
        }
        // A random run sweeps at any time, not only when nothing else moves.
        if course.choice(of: 12) == 11 { await sweep() }
        if course.choice(of: 12) == 11 { await seek() }
        let message = broker.deliver(course.choice) { worker(of: $0.queue).name }
        if let message {
            await deliver(message, to: worker(of: message.queue))
            return true
        }
        if let due = nextDue() {
            move(to: due)
            await sweep()
            await lookAround()
            return true
        }
        return await actAtRest()
    }

    private func sweep() async {
        let sweeper = worker(of: queues[course.choice(of: queues.count)].name)
        // A sweep that fails is tried again by the next.
        try? await sweeper.sweep()
        if sweeper.passage.isDead { bury(sweeper) }
    }

    /// Looks at what was in doubt, where that is due: most runs have nothing of it.
    private func lookAround() async {
        for queue in Set(database.snapshot.looks.filter(isDue).map(\.queue)).sorted() {
            let looker = worker(of: queue)
            // One that fails is taken again when its lease is over.
            try? await looker.lookAround()
            if looker.passage.isDead { bury(looker) }
        }
    }

    private func isDue(_ look: Rows.Look) -> Bool { look.dueAt.map { $0 <= clock.now } ?? false }

    /// A worker that has room looks at what is ready in its queue.
    private func seek() async {
        let seeker = worker(of: queues[course.choice(of: queues.count)].name)
        do {
            try await seeker.seek()
        } catch {
            course.tell("\t\(seeker.name) leaves it to others: \(error)")
        }
        if seeker.passage.isDead { bury(seeker) }
    }

    private func deliver(_ message: MemoryBroker.Message, to worker: SimulatedWorker<S>) async {
        do {
            try await worker.handle(message)
        } catch {
            course.tell("\t\(worker.name) keeps message \(message.id): \(error)")
            if !worker.passage.isDead { broker.returnDeliveries(of: worker.name) }
        }
        if worker.passage.isDead { bury(worker) }
    }

    /// The next moment at which something is due. What waits for a person is never due.
    private func nextDue() -> Duration? {
        let tables = database.snapshot
        let late = state.withLock { $0.late.map(\.at) }
        let rows = tables.handoffs.filter { $0.cause?.hasPrefix("approval:") != true }.compactMap(\.dueAt)
        let others =
            tables.mirrors.compactMap(\.dueAt)
            + tables.incidents.filter { $0.state == .open }.compactMap(\.dueAt)
            + tables.looks.compactMap(\.dueAt)
        return (rows + others + late).min()
    }

    private func move(to moment: Duration) {
        clock.move(to: moment)
        let now = clock.now
        let due = state.withLock { state in
            defer { state.late.removeAll { $0.at <= now } }
            return state.late.filter { $0.at <= now }.sorted { $0.at < $1.at }
        }
        for late in due { late.act() }
    }
}

/// The workers.
extension SimulatedCompany {
    private func worker(of queue: String) -> SimulatedWorker<S> {
        if let worker = state.withLock({ $0.crew[queue] }) { return worker }
        return hire(queue)
    }

    @discardableResult
    private func hire(_ name: String) -> SimulatedWorker<S> {
        let number = state.withLock { state in
            state.hired += 1
            return state.hired
        }
        let queue = queues.first { $0.name == name } ?? queues[0]
        let passage = Passage(
            worker: "\(name)#\(number)", course: course, clock: clock,
            goOnWithout: { [weak self] roll in await self?.goOn(without: name, number, roll) },
            arrive: { [weak self] effect in await self?.arrive(before: effect, in: name) },
            later: { [weak self] moment, act in self?.state.withLock { $0.late.append((moment, act)) } })
        let worker = SimulatedWorker(passage.worker, queue: queue, passage: passage, in: self)
        state.withLock { $0.crew[name] = worker }
        return worker
    }

    private func bury(_ worker: SimulatedWorker<S>) {
        broker.returnDeliveries(of: worker.name)
        state.withLock { state in
            if state.crew[worker.queue.name]?.name == worker.name { state.crew[worker.queue.name] = nil }
        }
    }

    /// The worker stands still: others do its work, for a while or until nothing moves any more.
    private func goOn(without queue: String, _ number: Int, _ roll: UInt64) async {
        let sleeper = "\(queue)#\(number)"
        state.withLock { state in
            if state.crew[queue]?.name == sleeper { state.crew[queue] = nil }
        }
        // The broker may notice, or not.
        if roll.isMultiple(of: 2) { broker.returnDeliveries(of: sleeper) }
        let turns = [1, 2, 3, 4, 8, 16, 32, Int.max][Int(roll >> 1) & 7]
        state.withLock { $0.sleepers += 1 }
        await run(turns: turns)
        state.withLock { $0.sleepers -= 1 }
    }
}

/// What comes from outside.
extension SimulatedCompany {
    /// Lets come what is to come before the effect of this number.
    private func arrive(before effect: Int, in queue: String) async {
        let cue = state.withLock { state -> Cue? in
            guard let place = state.cues.firstIndex(where: { $0.moment == .before(effect) }) else { return nil }
            return state.cues.remove(at: place)
        }
        guard let cue else { return }
        // Another worker takes it up at once, while this one is in the middle of its work.
        let here = state.withLock { $0.crew.removeValue(forKey: queue) }
        perform(cue.act)
        if case .event(let arrival) = cue.act {
            let message = broker.deliver({ $0 - 1 }, to: { worker(of: $0.queue).name })
            course.tell("\t\(arrival.eventID) comes in between")
            if let message { await deliver(message, to: worker(of: message.queue)) }
        }
        if let here, !here.passage.isDead { state.withLock { $0.crew[queue] = here } }
    }

    private func actAtRest() async -> Bool {
        let next = state.withLock { state in
            state.cues.isEmpty || state.sleepers > 0 ? nil : state.cues.removeFirst()
        }
        guard let next else { return false }
        perform(next.act)
        return true
    }

    private func perform(_ act: Cue.Act) {
        course.tell("\t\(clock.now)\tfrom outside: \(act)")
        do {
            switch act {
            case .event(let arrival):
                state.withLock { $0.published.append(arrival.eventID) }
                broker.publish(.event(arrival), to: S.planningQueue.name)
            case .support(let support):
                let open = database.snapshot.incidents.filter { $0.state == .open }
                guard let asked = open.first(where: \.isBlocking) ?? open.first(where: \.isQuestion) else { return }
                publish(try database.act(support, on: asked.id))
            case .decide(let isApproved):
                let waiting = database.snapshot.handoffs.first { $0.cause?.hasPrefix("approval:") == true }
                guard let waiting else { return }
                publish(try database.decide(waiting.id, isApproved: isApproved))
            case .arm(let faults): targets.arm(faults)
            }
        } catch {
            // What the protocol forbids support to do is refused, and nothing has changed.
            course.tell("\trefused: \(error)")
        }
    }

    private func publish(_ tickets: [Ticket]) {
        for ticket in tickets { broker.publish(.ticket(ticket), to: ticket.queue) }
    }

    /// At the moment at which a target is changed the step must have been announced.
    var watch: @Sendable (TargetVerb, String) -> Void {
        { [weak self] verb, key in
            guard let self, verb.isWrite, verb != .writeHandoff else { return }
            let tables = database.snapshot
            let isAnnounced = tables.handoffs.contains { row in
                row.steps.contains { step in
                    (step.state == .intent || step.state == .undoing)
                        && (self.hash(step.key) == key || self.hash(step.key + "/undo") == key
                            || tables.claims.contains { $0.holder == step.key && self.hash($0.claim.key) == key })
                }
            }
            let isRemoval = tables.looks.contains { look in
                let owner = tables.handoff(look.step.handoff)
                guard let step = owner?.steps[look.step.ordinal] else { return false }
                return look.removals.contains { self.hash("\(step.key)/copy/\($0)") == key }
            }
            if !isAnnounced, !isRemoval {
                course.complain("\(verb.rawValue) \(key.prefix(6)) was called without an intent")
            }
        }
    }

    /// A stored key as it goes over the wire.
    func hash(_ key: String) -> String {
        if let known = state.withLock({ $0.hashes[key] }) { return known }
        let hash = WireKey.of(key)
        state.withLock { $0.hashes[key] = hash }
        return hash
    }
}
