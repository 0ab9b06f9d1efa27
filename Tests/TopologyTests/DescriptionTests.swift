import Foundation
import Testing

@testable import Topology

@Suite struct DescriptionTests {
    static let exchanges = """
        exchanges:
          - { name: work, type: direct, purpose: Tickets. }
          - { name: dead, type: direct, purpose: Copies. }
        """
    static let queue = """
        name: good
        purpose: Shows how it is done.
        owner: support
        type: quorum
        delivery_limit: 100
        prefetch: 200
        bindings:
          - { exchange: work, key: good }
        dead_letters:
          queue: good.dead
          bindings:
            - { exchange: dead, key: good }
          classes: [unknown]
        backoff:
          base: 500ms
          cap: 2min
          attempts: 3
          waits:
            - { failure: 1, least: 250ms, most: 500ms }
            - { failure: 2, least: 500ms, most: 1s }
        worker:
          account: good-worker
          writes: [work, dead]
        messages:
          - { name: ticket, schema: schemas/ticket.json, examples: examples }
        """

    static let deadLetters: [String: TopologyDescription.Argument] = [
        "x-queue-type": .string("quorum"), "x-delivery-limit": .integer(2_000_000_000),
    ]

    @Test("a folder is read into queues, exchanges, bindings and accounts")
    func read() async throws {
        try await withFolder { folder in
            let kept = "\n  - { name: lost, type: fanout, keeps: true, purpose: What nobody takes. }"
            try write(Self.exchanges + kept, to: folder + "/exchanges.yml")
            try write(Self.queue, to: folder + "/good/queue.yml")
            try write("An exchange may have a folder too.", to: folder + "/work/README.md")
            let queues = try QueuesFolder(at: folder)
            let document = try #require(queues.queues.first)
            #expect(document.backoff.base == .milliseconds(500) && document.backoff.cap == .seconds(120))
            #expect(document.backoff.waits[1] == .init(least: .milliseconds(500), most: .seconds(1)))
            #expect(
                queues.description
                    == TopologyDescription(
                        exchanges: [
                            .init(name: "work", type: "direct"), .init(name: "dead", type: "direct"),
                            .init(name: "lost", type: "fanout"),
                        ],
                        queues: [
                            .init(
                                name: "good",
                                arguments: [
                                    "x-queue-type": .string("quorum"), "x-delivery-limit": .integer(100),
                                    "x-dead-letter-exchange": .string("dead"),
                                    "x-dead-letter-routing-key": .string("good"),
                                ]),
                            .init(name: "good.dead", arguments: Self.deadLetters),
                            .init(name: "lost", arguments: Self.deadLetters),
                        ],
                        bindings: [
                            .init(source: "work", destination: "good", routingKey: "good"),
                            .init(source: "dead", destination: "good.dead", routingKey: "good"),
                            .init(source: "lost", destination: "lost", routingKey: ""),
                        ],
                        accounts: [
                            .worker(named: "good-worker", reading: "good", writing: ["work", "dead"]),
                            .collector(reading: ["good.dead", "lost"]),
                            .support(reading: ["good.dead", "lost"], writing: ["work"]),
                        ]))
        }
    }

    /// One replacement in the good queue.yml, and what is said about it.
    static let mistakes: [(text: String, by: String, sentences: [String])] = [
        ("prefetch: 200", "prefetch: many", ["6: `prefetch` is \"many\"; it has to be a number from 1 to 65535"]),
        ("prefetch: 200", "prefetch: 70000", ["6: `prefetch` is \"70000\"; it has to be a number from 1 to 65535"]),
        (
            "prefetch: 200", "prefech: 200",
            [
                "1: the file lacks `prefetch`",
                "6: the file has no key `prefech`; it may have name, purpose, owner, type, delivery_limit, prefetch, "
                    + "bindings, dead_letters, backoff, worker, messages",
            ]
        ),
        ("name: good", "name: other", ["1: `name` is other, the folder is good: they have to be equal"]),
        ("type: quorum", "type: classic", ["4: `type` is classic; every queue of the fleet is a quorum queue"]),
        ("base: 500ms", "base: 500", ["15: `base` is \"500\"; a duration is a whole number with ms, s, min or h"]),
        ("base: 500ms", "base: 3min", ["15: `base` is longer than `cap`"]),
        ("attempts: 3", "attempts: 4", ["19: 4 attempts have 3 waits between them, not 2"]),
        ("failure: 2,", "failure: 3,", ["20: this is wait 2, `failure` says 3"]),
        ("queue: good.dead", "queue: bad.dead", ["10: `queue` is bad.dead; it has to be good.dead"]),
        (
            "{ exchange: work, key: good }", "{ exchange: work, key: bad }",
            ["8: good needs a binding to the exchange `work` with the key good"]
        ),
        (
            "exchange: work, key", "exchange: Work, key",
            [
                "8: `exchange` is \"Work\"; \(Names.rule)",
                "8: good needs a binding to the exchange `work` with the key good",
            ]
        ),
        ("writes: [work, dead]", "writes: [work, deaf]", [" exchanges.yml has no exchange deaf"]),
        ("writes: [work, dead]", "writes: []", ["23: `writes` has to be a list with at least one entry"]),
        ("owner: support", "owner: [", ["5: this is not YAML: did not find expected ',' or ']'"]),
        ("owner: support", "name: good", ["1: `name` is said twice"]),
        (queue, "# nothing", [" the file is empty"]),
        (
            queue, "- a list",
            [
                "1: the file has to be a mapping with name, purpose, owner, type, delivery_limit, "
                    + "prefetch, bindings, dead_letters, backoff, worker, messages"
            ]
        ),
    ]

    @Test("each mistake in a queue.yml is said in a sentence with its line", arguments: mistakes.indices)
    func mistake(index: Int) async throws {
        let (text, by, sentences) = Self.mistakes[index]
        try await withFolder { folder in
            try write(Self.exchanges, to: folder + "/exchanges.yml")
            let planted = Self.queue.replacingOccurrences(of: text, with: by)
            try #require(planted != Self.queue)
            try write(planted, to: folder + "/good/queue.yml")
            let error = #expect(throws: DescriptionProblems.self) { try QueuesFolder(at: folder) }
            #expect(error?.problems.map(\.description) == sentences.map { "\(folder)/good/queue.yml:\($0)" })
        }
    }

    @Test("the mistakes of all files are said at once")
    func everything() async throws {
        try await withFolder { folder in
            let exchanges =
                Self.exchanges + """

                      - { name: dead, type: headers, purpose: Twice. }
                      - { name: events, type: topic, alternate: lost, open_to: everyone }
                    """
            try write(exchanges, to: folder + "/exchanges.yml")
            try write(Self.queue.replacingOccurrences(of: "good", with: "a"), to: folder + "/a/queue.yml")
            let second = Self.queue.replacingOccurrences(of: "good", with: "b")
            try write(second.replacingOccurrences(of: "b-worker", with: "a-worker"), to: folder + "/b/queue.yml")
            try write("nothing here", to: folder + "/c/README.md")
            let error = #expect(throws: DescriptionProblems.self) { try TopologyDescription(folder: folder) }
            #expect(
                error?.description == """
                    \(folder)/b/queue.yml: account a-worker is that of a already
                    \(folder)/c/queue.yml: the file is missing or unreadable
                    \(folder)/exchanges.yml:4: `type` is headers; it has to be topic, direct or fanout
                    \(folder)/exchanges.yml:4: there is an exchange dead already
                    \(folder)/exchanges.yml:5: `open_to` is everyone; it has to be publishers or subscribers
                    \(folder)/exchanges.yml:5: an exchange lacks `purpose`
                    \(folder)/exchanges.yml:5: there is no exchange lost
                    """)
        }
    }

    @Test("a folder that is not there is said to be missing")
    func noFolder() {
        let error = #expect(throws: DescriptionProblems.self) { try QueuesFolder(at: "/nonexistent") }
        #expect(
            error?.description == """
                /nonexistent: there is no folder of a queue here
                /nonexistent/exchanges.yml: the file is missing or unreadable
                """)
    }
}
