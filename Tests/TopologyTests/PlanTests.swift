import Foundation
import Testing

@testable import Topology

@Suite struct PlanTests {
    @Test("dead-letter queues come first, and publishers' exchange last, when all behind it stands")
    func order() throws {
        let description = try TopologyDescription(folder: Repository.queues)
        let items = TopologyPlan(desired: description, actual: BrokerState()).missing.map(\.description)
        let deadLetterQueue = try #require(items.firstIndex(of: "queue deal-events.dead"))
        let queue = try #require(items.firstIndex(of: "queue deal-events"))
        let unrouted = try #require(items.firstIndex(of: "binding deals.unrouted -> deals.unrouted"))
        let deals = try #require(items.firstIndex(of: "exchange deals"))
        #expect(deadLetterQueue < queue && queue < unrouted && unrouted < deals)
        let last = items.lastIndex { !$0.hasPrefix("account") && !$0.hasPrefix("binding deals ->") }
        #expect(last == deals)
    }

    @Test("a plan prints as a table")
    func table() throws {
        let plan = try plan()
        #expect(
            plan.table == """
                KIND      NAME        STATE    WHAT
                exchange  work        missing  will be created
                binding   work -> a   missing  will be created
                queue     a           differs  x-queue-type is classic, should be quorum; cannot be changed in place
                account   w           differs  write is .*, should be ^work$
                binding   deals -> a  surplus  not described; left alone
                exchange  deals       surplus  not described; left alone

                """)
        #expect(!plan.isSettled && plan.obstacles.count == 1)
        let settled = TopologyPlan(desired: TopologyDescription(), actual: BrokerState())
        #expect(settled.table == "Nothing to do: the broker is as described.\n" && settled.isSettled)
    }

    @Test("a plan and the changes keep their values as JSON")
    func json() throws {
        let plan = try plan()
        #expect(try JSONDecoder().decode(TopologyPlan.self, from: Data(try plan.json().utf8)) == plan)
        #expect(try plan.json().contains("\"kind\" : \"exchange\""))
        var changes = TopologyChanges()
        changes.created = plan.missing
        #expect(try JSONDecoder().decode(TopologyChanges.self, from: Data(try changes.json().utf8)) == changes)
        #expect(
            changes.table == "KIND      NAME       STATE\nexchange  work       created\nbinding   work -> a  created\n")
    }

    private func plan() throws -> TopologyPlan {
        let binding = TopologyDescription.Binding(source: "work", destination: "a", routingKey: "")
        let desired = TopologyDescription(
            exchanges: [.init(name: "work", type: "direct")],
            queues: [.init(name: "a", arguments: ["x-queue-type": .string("quorum")])],
            bindings: [binding],
            accounts: [.worker(named: "w", reading: "a", writing: ["work"])])
        var account = desired.accounts[0]
        account.write = ".*"
        let actual = BrokerState(
            exchanges: [.init(name: "deals", type: "topic")],
            queues: [.init(name: "a", arguments: ["x-queue-type": .string("classic")])],
            bindings: [.init(source: "deals", destination: "a", routingKey: "")],
            accounts: [account])
        return TopologyPlan(desired: desired, actual: actual)
    }
}
