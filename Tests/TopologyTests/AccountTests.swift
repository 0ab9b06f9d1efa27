import Foundation
import Testing

@testable import Topology

@Suite struct AccountTests {
    /// Tries each action and prints one line for it: `ok`, or the broker's reply code.
    static let script = """
        import pika, sys
        def attempt(name, action):
            connection = pika.BlockingConnection(pika.URLParameters(sys.argv[1]))
            try:
                channel = connection.channel()
                channel.confirm_delivery()
                action(channel)
                print(name, 'ok')
            except pika.exceptions.ChannelClosedByBroker as error:
                print(name, error.reply_code)
            finally:
                connection.close()

        """

    @Test("a publisher writes under its own source only, and reads nothing", .timeLimit(.minutes(1)))
    func publisher() async throws {
        try await withAccounts { broker, suffix in
            let url = try Broker.url(of: broker, user: "crm-\(suffix)", password: "secret crm")
            let output = try await Broker.pika(
                Self.script + """
                    attempt('own', lambda c: c.basic_publish('deals', 'crm-\(suffix).deal.closed', b'{}'))
                    attempt('other', lambda c: c.basic_publish('deals', 'erp.deal.closed', b'{}'))
                    attempt('longer', lambda c: c.basic_publish('deals', 'crm-\(suffix)x.deal.closed', b'{}'))
                    attempt('tickets', lambda c: c.basic_publish('work', 'deal-events', b'{}'))
                    attempt('default', lambda c: c.basic_publish('', 'deal-events', b'{}'))
                    attempt('read', lambda c: c.basic_get('deal-events'))
                    attempt('declare', lambda c: c.queue_declare('mine'))
                    """, url: url)
            #expect(
                output.split(separator: "\n") == [
                    "own ok", "other 403", "longer 403", "tickets 403", "default 403", "read 403", "declare 403",
                ])
        }
    }

    @Test("a worker reads its own queue, writes where it has to, declares nothing", .timeLimit(.minutes(1)))
    func worker() async throws {
        try await withAccounts { broker, suffix in
            let user = "billing-schedules-worker-\(suffix)"
            let url = try Broker.url(of: broker, user: user, password: "secret billing-schedules-worker")
            let output = try await Broker.pika(
                Self.script + """
                    attempt('passive', lambda c: c.queue_declare('billing-schedules', passive=True))
                    attempt('passive exchange', lambda c: c.exchange_declare('work', passive=True))
                    attempt('read', lambda c: c.basic_get('billing-schedules'))
                    attempt('read other', lambda c: c.basic_get('deal-events'))
                    attempt('read dead', lambda c: c.basic_get('billing-schedules.dead'))
                    attempt('ticket', lambda c: c.basic_publish('work', 'status-feedback', b'{}', mandatory=True))
                    attempt('dead', lambda c: c.basic_publish('dead', 'billing-schedules', b'{}', mandatory=True))
                    attempt('deal', lambda c: c.basic_publish('deals', 'a.deal.b', b'{}'))
                    attempt('answer', lambda c: c.basic_publish('handoffs', 'a', b'{}'))
                    attempt('delete', lambda c: c.queue_delete('billing-schedules'))
                    """, url: url)
            #expect(
                output.split(separator: "\n") == [
                    "passive ok", "passive exchange ok", "read ok", "read other 403", "read dead 403", "ticket ok",
                    "dead ok", "deal 403", "answer 403", "delete 403",
                ])
        }
    }

    @Test(
        "SEC-F10 support drains, sends and nudges, and the collector takes out dead letters: neither does more",
        .timeLimit(.minutes(1)))
    func supportAndCollector() async throws {
        try await withAccounts { broker, suffix in
            let script =
                Self.script + """
                    queues = ['deal-events', 'project-provisioning', 'billing-schedules', 'status-feedback']
                    for queue in queues:
                        attempt('take ' + queue + '.dead', lambda c: c.basic_get(queue + '.dead'))
                        attempt('take ' + queue, lambda c: c.basic_get(queue))
                    attempt('take unrouted', lambda c: c.basic_get('deals.unrouted'))
                    attempt('send', lambda c: c.basic_publish('deals', 'hubspot.deal.updated.v1', b'{}', mandatory=True))
                    attempt('nudge', lambda c: c.basic_publish('work', 'deal-events', b'{}', mandatory=True))
                    attempt('forge dead', lambda c: c.basic_publish('dead', 'deal-events', b'{}'))
                    attempt('forge unrouted', lambda c: c.basic_publish('deals.unrouted', '', b'{}'))
                    attempt('answer', lambda c: c.basic_publish('handoffs', 'a', b'{}'))
                    attempt('default', lambda c: c.basic_publish('', 'deal-events', b'{}'))
                    attempt('purge', lambda c: c.queue_purge('deal-events'))
                    attempt('delete', lambda c: c.queue_delete('deal-events.dead'))
                    attempt('declare', lambda c: c.queue_declare('mine'))
                    """
            func tried(as user: String) async throws -> [String: String] {
                let url = try Broker.url(of: broker, user: "\(user)-\(suffix)", password: "secret \(user)")
                let lines = try await Broker.pika(script, url: url).split(separator: "\n")
                return Dictionary(
                    lines.map { line in
                        let words = line.split(separator: " ")
                        return (words.dropLast().joined(separator: " "), String(words.last ?? ""))
                    }
                ) { $1 }
            }
            let taken =
                ["deal-events", "project-provisioning", "billing-schedules", "status-feedback"]
                .map { "take \($0).dead" } + ["take unrouted"]
            let support = try await tried(as: "support")
            #expect(Set(support.filter { $0.value == "ok" }.keys) == Set(taken + ["send", "nudge"]))
            let collector = try await tried(as: "dead-letter-collector")
            #expect(Set(collector.filter { $0.value == "ok" }.keys) == Set(taken))
            for (what, outcome) in support.merging(collector, uniquingKeysWith: { $1 }) where outcome != "ok" {
                #expect(outcome == "403", "\(what)")
            }
            #expect(support.count == 18)
        }
    }

    @Test("SEC-F10 a plan names administrators whose password everybody knows", .timeLimit(.minutes(1)))
    func openAdministrators() async throws {
        try await Broker.withVirtualHost { broker in
            let description = try TopologyDescription(folder: Repository.queues)
            let user = "root-" + UUID().uuidString.lowercased()
            try await broker.declare("PUT", ["users", user], ["password": user, "tags": "administrator"])
            let plan = try await broker.plan(description)
            try await broker.declare("PUT", ["users", user], ["password": "something else", "tags": "administrator"])
            let closed = try await broker.plan(description)
            try await broker.declare("PUT", ["users", user], ["password": user, "tags": "monitoring"])
            let harmless = try await broker.plan(description)
            try await broker.declare("DELETE", ["users", user], Nothing())
            #expect(plan.openAdministrators.contains(user) && plan.table.contains(user))
            #expect(!closed.openAdministrators.contains(user) && !harmless.openAdministrators.contains(user))
        }
    }

    @Test("rights changed by hand are shown and set right; an administrator is left alone", .timeLimit(.minutes(1)))
    func changedRights() async throws {
        try await withAccounts { broker, suffix in
            let description = try description(suffix: suffix)
            let passwords = try await passwords(for: description, suffix: suffix)
            #expect(try await broker.plan(description, accounts: passwords).isSettled)

            let user = "deal-events-worker-\(suffix)"
            let rights = ["configure": ".*", "write": ".*", "read": "^deal-events$"]
            try await broker.declare("PUT", ["permissions", broker.virtualHost, user], rights)
            let limit = BrokerAccount.TopicLimit(exchange: "handoffs", write: "^x$", read: "^x$")
            try await broker.declare("PUT", ["topic-permissions", broker.virtualHost, user], limit)
            let plan = try await broker.plan(description, accounts: passwords)
            #expect(plan.differing.map(\.property) == ["configure", "write"] && plan.obstacles.isEmpty)
            #expect(plan.surplus.map(\.name) == ["\(user), limit on handoffs"])
            #expect(try await broker.apply(description, accounts: passwords).changed.map(\.name) == [user])
            #expect(try await broker.plan(description, accounts: passwords).isSettled)

            try await broker.declare("PUT", ["users", user], ["password": "x", "tags": "administrator"])
            await #expect(throws: TopologyError.self) { try await broker.apply(description, accounts: passwords) }
            #expect(try await broker.plan(description, accounts: passwords).obstacles.map(\.property) == ["tags"])
        }
    }

    @Test("passwords that are missing, empty or nobody's are reported at once, and none is printed")
    func passwordFiles() async throws {
        let description = try TopologyDescription(folder: Repository.queues)
        try await withFolder { folder in
            try write("sesame\n", to: folder + "/deal-events-worker")
            try write("\n", to: folder + "/billing-schedules-worker")
            try write("x", to: folder + "/project-provisioning-worker")
            try write("x", to: folder + "/guest")
            let error = #expect(throws: DescriptionProblems.self) {
                try AccountPasswords(for: description, publishers: ["Sales Force", "crm"], in: folder)
            }
            #expect(
                error?.description == """
                    \(folder): publisher "Sales Force": \(Names.rule), and no dots
                    \(folder)/billing-schedules-worker: the password is empty, or not UTF-8
                    \(folder)/crm: the password of account crm is missing or unreadable
                    \(folder)/dead-letter-collector: the password of account dead-letter-collector is missing \
                    or unreadable
                    \(folder)/guest: no worker or publisher is named guest
                    \(folder)/status-feedback-worker: the password of account status-feedback-worker is missing \
                    or unreadable
                    \(folder)/support: the password of account support is missing or unreadable
                    """)
            try FileManager.default.removeItem(atPath: folder + "/guest")
            for name in ["billing-schedules-worker", "status-feedback-worker", "dead-letter-collector", "support"] {
                try write("x", to: folder + "/" + name)
            }
            let passwords = try AccountPasswords(for: description, publishers: [], in: folder)
            #expect(!String(reflecting: passwords).contains("sesame"))
            let dumped = passwords.accounts.map { passwords.password(of: $0).debugDescription }.joined()
            #expect(!dumped.contains("sesame"))
        }
    }

    /// Runs `body` on a broker with the topology and with accounts of its own, because users belong to no virtual host.
    private func withAccounts(_ body: (BrokerAdministration, String) async throws -> Void) async throws {
        try await Broker.withVirtualHost { broker in
            let suffix = String(UUID().uuidString.lowercased().prefix(8))
            let description = try description(suffix: suffix)
            let passwords = try await passwords(for: description, suffix: suffix)
            let changes = try await broker.apply(description, accounts: passwords)
            #expect(changes.created.filter { $0.kind == .account }.count == 7)
            do {
                try await body(broker, suffix)
            } catch {
                Issue.record(error)
            }
            for account in passwords.accounts {
                try await broker.declare("DELETE", ["users", account.name], Nothing())
            }
        }
    }

    private func description(suffix: String) throws -> TopologyDescription {
        var description = try TopologyDescription(folder: Repository.queues)
        for index in description.accounts.indices { description.accounts[index].name += "-" + suffix }
        return description
    }

    private func passwords(for description: TopologyDescription, suffix: String) async throws -> AccountPasswords {
        try await withFolder { folder in
            for name in description.accounts.map(\.name) + ["crm-\(suffix)"] {
                try write("secret " + name.dropLast(suffix.count + 1) + "\n", to: folder + "/" + name)
            }
            return try AccountPasswords(for: description, publishers: ["crm-\(suffix)"], in: folder)
        }
    }
}
