import Logging
import PostgreSQL
import RabbitMQ
import Sagas
import ServiceLifecycle
import Workers

/// A worker as a process: its connections, the pump of its queue, and the sweeper that every worker hosts.
public struct WorkerProcess<S: Saga>: Sendable {
    /// What the programs hang their own parts on.
    public struct Ports: Sendable {
        /// Records arrivals.
        public let admissions: any Admissions
        /// Publishes on the exchange `handoffs`.
        public let announcements: any Announcements
        /// Draws running numbers.
        public let numbers: any Numbers
    }

    /// The connection pool, for what else the process asks the store.
    public let database: Database
    /// Admissions, announcements and numbers of this process.
    public let ports: Ports

    private let settings: FleetSettings
    private let queue: Queue
    private let consumer: Consumer
    private let publisher: Publisher
    private let store: any HandoffStore
    private let outbox: any Outbox
    private let crashes: CrashPlan
    private let logger: Logger
    private let stopping = StopSign()
    let kept: KeptDeliveries
    private let reconnections: AsyncStream<Void>

    /// Connects nothing yet. Throws for a crash point that does not exist.
    public init(_ saga: S.Type, queue: Queue, settings: FleetSettings, logger: Logger) throws {
        self.settings = settings
        self.queue = queue
        self.logger = logger
        crashes = try CrashPlan(setting: settings.crashAt)
        kept = KeptDeliveries(queue: queue.name, patience: settings.keepPatience)
        database = Database(settings.database, size: settings.poolSize)
        let log = ConnectionLog(logger: logger)
        consumer = Consumer(
            settings: settings.broker, queue: queue.name, prefetch: settings.prefetch ?? queue.prefetch,
            mostBytes: settings.prefetchBytes,
            onEvent: { log.note($0, of: "consumer") })
        let (reconnections, marker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(2))
        self.reconnections = reconnections
        publisher = Publisher(
            settings: settings.broker, window: settings.publishWindow,
            onEvent: { event in
                log.note(event, of: "publisher")
                if case .connected = event { marker.yield() }
            })
        let store = PostgreSQLStore(
            database: database, limits: settings.limits, saga: S.name, queue: queue.name,
            planningQueue: S.planningQueue.name)
        self.store = store
        outbox = BrokerOutbox(
            publisher: publisher,
            missed: { tickets in
                do {
                    try await store.hurry(.these(tickets))
                } catch {
                    logger.warning(
                        "tickets are looked at only when they count as lost", metadata: ["error": .string("\(error)")])
                }
            })
        ports = Ports(
            admissions: IntakeDesk(store: store, outbox: outbox, crashes: crashes), announcements: outbox,
            numbers: PostgreSQLNumbers(database: database))
    }

    /// The process as services, in the order in which they start; they stop in reverse.
    ///
    /// `worker` takes what is no ticket; `writers` tell other systems, by their names.
    public func services(
        saga: S, worker: (any Worker<RawMessage>)? = nil, writers: [String: any StatusWriter] = [:]
    ) -> [any Service] {
        let stopping = stopping
        let runner = HandoffRunner(
            saga: saga, queue: queue, store: store, outbox: outbox, crashes: crashes, metrics: EngineMetrics(),
            logger: logger, gates: KnownGates(memory: settings.limits.gateMemory), isStopping: { stopping.isRaised })
        let mirrors = MirrorRunner(
            writers: writers, queue: queue, store: store, outbox: outbox, crashes: crashes, logger: logger)
        let room = WorkRoom(for: settings.inFlight)
        let handler = DeliveryHandler(
            queue: queue, runner: runner, mirrors: mirrors, worker: worker, store: store, outbox: outbox,
            crashes: crashes, room: room, longestKeep: settings.longestKeep, kept: kept, logger: logger)
        return connections + [
            Connection(run: consumer.run),
            LookRunner(
                saga: saga, queue: queue, store: store, outbox: outbox, logger: logger,
                isStopping: { stopping.isRaised }),
            Sweeper(store: store, outbox: outbox, crashes: crashes, logger: logger),
            Reconnections(store: store, marks: reconnections, logger: logger),
            LineKeeper(store: store, runner: runner, room: room.handoffs, stopping: stopping, logger: logger),
            Pump(
                consumer: consumer, handler: handler, startCheck: startCheck, stopping: stopping, logger: logger),
        ]
    }

    /// The connections that everything else needs.
    public var connections: [any Service] {
        [Connection(run: database.run), Connection(run: publisher.run)]
    }

    /// Throws for a schema that this version does not know, and for queues and exchanges that are missing.
    public func check() async throws {
        try await startCheck.check()
    }

    private var startCheck: StartCheck {
        StartCheck(
            schema: settings.database.searchPath?.first ?? "public", database: database, publisher: publisher,
            queue: queue)
    }

    /// How many messages stand in the queue's dead-letter queue; nil when there is none.
    public func deadLetters() async throws -> Int? {
        try await publisher.depth(of: queue.deadLetters)?.messages
    }

    /// What the process needs of others, each by its name.
    public var checks: [Check] {
        [
            Check(name: "postgresql") { [database] in
                do {
                    _ = try await database.query(Statement(unprepared: "SELECT 1"))
                    return nil
                } catch {
                    return "\(error)"
                }
            },
            Check(name: "rabbitmq") { [publisher, queue] in
                do {
                    return try await publisher.depth(of: queue.name) == nil ? "queue \(queue) is missing" : nil
                } catch {
                    return "\(error)"
                }
            },
            Check(name: "deliveries") { [kept, settings] in
                let overdue = kept.overdue()
                return overdue == 0
                    ? nil : "\(overdue) deliveries are kept for longer than \(settings.keepPatience): see the log"
            },
        ]
    }

    /// A look at something that the process needs; its name is known also when the look fails or does not end.
    public struct Check: Sendable {
        /// What is looked at.
        public let name: String
        /// What is wrong with it; nil when nothing is.
        public let whyNot: @Sendable () async -> String?
    }
}

extension CrashPoint {
    /// Throws unless `setting` is one that a worker takes: nil, `<point>` or `<point>:<nth>`.
    public static func check(_ setting: String?) throws { _ = try CrashPlan(setting: setting) }
}

extension CrashPlan {
    /// Reads the setting; nil plans nothing.
    convenience init(setting: String?) throws {
        guard let setting else {
            self.init(at: nil)
            return
        }
        guard let (point, nth) = Self.parse(setting) else { throw UnknownCrashPoint(setting: setting) }
        self.init(at: point, nth: nth)
    }
}

/// A crash point that does not exist was asked for.
public struct UnknownCrashPoint: Error, CustomStringConvertible {
    let setting: String
    /// What was asked for and what there is.
    public var description: String {
        "BATON_CRASH_AT is '\(setting)': use <point> or <point>:<nth>, with one of "
            + CrashPoint.allCases.map(\.rawValue).joined(separator: ", ")
    }
}
