import Connectors
import Fleet
import FoundationEssentials
import Handoffs
import Logging
import Sagas
import Workers

/// What a saga's steps call, as one worker reaches it.
package struct SimulatedPorts: Sendable {
    package let erp: any ERP
    package let psa: any PSA
    package let tax: any Tax
    package let numbers: any Numbers
    package let announcements: any Announcements
}

/// One worker of one queue: the real runners over the twins.
struct SimulatedWorker<S: Saga>: Sendable {
    let name: String
    let queue: Queue
    let passage: Passage
    let broker: MemoryBroker
    let plants: LoopPlants
    private let runner: HandoffRunner<S>
    private let mirrors: MirrorRunner
    private let desk: IntakeDesk
    private let sweeper: Sweeper
    private let looks: LookRunner<S>
    private let line: GatedStore

    init(_ name: String, queue: Queue, passage: Passage, in company: SimulatedCompany<S>) {
        self.name = name
        self.queue = queue
        self.passage = passage
        broker = company.broker
        plants = company.plants
        let course = company.course
        let store = GatedStore(
            store: MemoryStore(company.database, queue: queue.name, planningQueue: S.planningQueue.name),
            passage: passage, course: course)
        let outbox = GatedOutbox(broker: company.broker, passage: passage)
        let calls = GatedCalls(passage: passage, plants: plants, watch: company.watch, clock: company.clock)
        let ports = SimulatedPorts(
            erp: MemoryERP(company.targets, through: calls), psa: MemoryPSA(company.targets, through: calls),
            tax: MemoryTax(company.targets, through: calls),
            numbers: GatedNumbers(numbers: company.numbers, passage: passage), announcements: outbox)
        let host = Host(now: { [clock = company.clock] in clock.instant }, fraction: { course.fraction() })
        let crashes = CrashPlan(at: nil)
        var logger = Logger(label: "twins")
        logger.logLevel = .critical
        runner = HandoffRunner(
            saga: company.saga(ports), queue: queue, store: store, outbox: outbox, crashes: crashes,
            metrics: EngineMetrics(), logger: logger, gates: KnownGates(memory: TimeLimits().gateMemory, host: host),
            isStopping: { false },
            host: host)
        mirrors = MirrorRunner(
            writers: [CRMStatusWriter.target: CRMStatusWriter(crm: MemoryCRM(company.targets, through: calls))],
            queue: queue, store: store, outbox: outbox, crashes: crashes, logger: logger, host: host)
        line = store
        desk = IntakeDesk(store: store, outbox: outbox, crashes: crashes)
        looks = LookRunner(
            saga: company.saga(ports), queue: queue, store: store, outbox: outbox, logger: logger,
            isStopping: { false }, host: host)
        sweeper = Sweeper(store: store, outbox: outbox, crashes: crashes, logger: logger)
    }

    /// Works on a message and acknowledges it; throws when it could not, and then it is still there.
    func handle(_ message: MemoryBroker.Message) async throws {
        if plants.contains(.ackFirst) { try await acknowledge(message) }
        switch message.content {
        case .event(let arrival): _ = try await desk.admit(arrival)
        case .ticket(let ticket):
            switch ticket.subject {
            case .handoff(let id): try await runner.look(at: id)
            case .mirror(let opportunity, let target, let object):
                try await mirrors.look(at: MirrorKey(opportunity: opportunity, target: target, object: object))
            }
        }
        if !plants.contains(.ackFirst) { try await acknowledge(message) }
    }

    /// Looks at what stands next in line, without a ticket.
    func seek() async throws {
        for id in try await line.next(1) { try await runner.look(at: id) }
    }

    func sweep() async throws {
        if !plants.contains(.noSweeper) { try await sweeper.sweep() }
    }

    /// Makes the looks that are due.
    func lookAround() async throws {
        try await looks.lookAround()
    }

    /// An acknowledgement that is lost brings the message back; one that is doubled stands for a doubled delivery.
    private func acknowledge(_ message: MemoryBroker.Message) async throws {
        try await passage.pass(.acknowledgement, "ack \(message.id)", failure: Away.heard) {
            [broker, name, queue] in
            let wasHere = broker.acknowledge(message.id, by: name)
            if !wasHere { broker.publish(message.content, to: queue.name) }
        }
    }
}
