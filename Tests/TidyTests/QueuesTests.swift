import Foundation
import Handoffs
import Testing
import Topology
import Workers

@Suite struct QueuesTests {
    let folder: QueuesFolder

    init() throws {
        folder = try QueuesFolder(at: Self.path)
    }

    @Test("each queue.yml says of its queue what the code says")
    func equalsCode() {
        #expect(Set(folder.queues.map(\.name)) == Set(Queue.all.map(\.name)))
        for queue in Queue.all {
            guard let document = folder.queues.first(where: { $0.name == queue.name }) else { continue }
            #expect(document.prefetch == Int(queue.prefetch), "prefetch of \(queue)")
            #expect(document.deliveryLimit == 100, "delivery limit of \(queue)")
            #expect(document.deadLetterQueue == queue.deadLetters)
            let backoff = queue.backoff
            #expect(document.backoff.base == backoff.base, "base of \(queue)")
            #expect(document.backoff.cap == backoff.cap, "cap of \(queue)")
            #expect(document.backoff.attempts == backoff.attempts, "attempts of \(queue)")
            let waits = (1..<backoff.attempts).map { failure in
                [0, 1].map { backoff.wait(afterFailures: failure, fraction: $0) }
            }
            #expect(document.backoff.waits.map { [$0.least, $0.most] } == waits, "waits of \(queue)")
        }
    }

    @Test("the incident classes of the queues and of the code are the same")
    func classes() {
        for queue in folder.queues {
            for name in queue.incidentClasses {
                #expect(IncidentClass(rawValue: name) != nil, "\(queue.name): there is no incident class \(name)")
            }
            #expect(Set(queue.incidentClasses).count == queue.incidentClasses.count, "\(queue.name): a class twice")
            #expect(IncidentClass.Owner(rawValue: queue.owner) != nil, "\(queue.name): \(queue.owner) is no owner")
        }
        let documented = Set(folder.queues.flatMap(\.incidentClasses))
        for missing in IncidentClass.allCases where !documented.contains(missing.rawValue) {
            Issue.record("no queue.yml says where incidents of class \(missing.rawValue) land")
        }
    }

    @Test("each runbook names its worker, its dead-letter queue, and each class with its owner")
    func runbooks() throws {
        for queue in folder.queues {
            let text = try String(contentsOfFile: "\(Self.path)/\(queue.name)/README.md", encoding: .utf8)
            for name in [queue.account, queue.deadLetterQueue] + queue.messages.compactMap(\.type) {
                #expect(text.contains(name), "\(queue.name)/README.md does not mention \(name)")
            }
            #expect(text.contains("**Owner**: \(queue.owner)."), "\(queue.name)/README.md has another owner")
            for incidentClass in queue.incidentClasses.compactMap(IncidentClass.init) {
                let row = text.split(separator: "\n").first {
                    $0.hasPrefix("| `") && $0.contains("`\(incidentClass.rawValue)`")
                }
                #expect(
                    row?.contains("| \(incidentClass.owner.rawValue) |") == true,
                    "\(queue.name)/README.md has no row for \(incidentClass.rawValue) with its owner")
            }
        }
        let overview = try String(contentsOfFile: Self.path + "/README.md", encoding: .utf8)
        for name in folder.exchanges.map(\.name) + folder.queues.map(\.name) {
            #expect(overview.contains("| `\(name)` |"), "Queues/README.md has no row for \(name)")
        }
    }

    @Test("I2 every class of incident says what happened, who fixes it, where, and what to press after")
    func remedies() throws {
        let classes = try IncidentsFile(at: Self.path).classes
        #expect(Set(classes.map(\.incidentClass)) == Set(IncidentClass.allCases))
        let verbs = [
            "requeue": ["drain", "list", "show", "send", "hold", "release", "discard", "log"],
            "baton": ["show", "handoff", "topology", "plan", "catalog"],
        ]
        for entry in classes {
            let name = entry.incidentClass.rawValue
            for text in [entry.what, entry.who, entry.whereToFix, entry.next] {
                #expect(text.count >= 20, "\(name): \"\(text)\" says too little")
                for command in text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                where !command.offset.isMultiple(of: 2) {
                    let words = command.element.split(separator: " ")
                    guard let known = words.first.flatMap({ verbs[String($0)] }), words.count > 1 else { continue }
                    #expect(known.contains(String(words[1])), "\(name): there is no command \(command.element)")
                }
            }
            #expect(entry.next.contains("`requeue "), "\(name): `next` names no command")
            #expect(entry.next.contains("requeue send") || entry.retry == .never, "\(name): it is never sent again")
            #expect(entry.next.contains("requeue discard") || entry.retry != .never, "\(name): it is never closed")
        }
        let byPeople: [IncidentClass] = [.taxUnknown, .revenueRuleMissing, .entityUnmapped, .duplicateCustomer]
        for entry in classes where byPeople.contains(entry.incidentClass) { #expect(entry.retry == .afterFix) }
    }

    @Test("I10 every class has one owner")
    func owners() throws {
        // An owner that differs from the code's is a mistake that reading the file reports.
        let classes = try IncidentsFile(at: Self.path).classes
        #expect(classes.count == IncidentClass.allCases.count)
        #expect(Set(classes.map(\.incidentClass.owner)) == Set(IncidentClass.Owner.allCases), "a team owns nothing")
    }

    @Test("each message has a schema that is one, and examples that it takes", .timeLimit(.minutes(1)))
    func examples() async throws {
        var pairs: [(schema: String, examples: String)] = []
        for queue in folder.queues {
            for message in queue.messages {
                let base = "\(Self.path)/\(queue.name)/"
                pairs.append((base + message.schema, base + message.examples))
            }
        }
        #expect(try await SchemaCheck.findings(pairs) == "")
    }

    @Test("a ticket is the same in every queue")
    func tickets() {
        let schemas = folder.queues.map { queue in
            FileManager.default.contents(atPath: "\(Self.path)/\(queue.name)/schemas/ticket.v1.json")
        }
        #expect(Set(schemas).count == 1 && schemas.first.flatMap { $0 } != nil)
    }

    @Test("a ticket that is none is refused, and so is a broken schema", .timeLimit(.minutes(1)))
    func planted() async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/tickets-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer {
            do {
                try FileManager.default.removeItem(atPath: folder)
            } catch {
                Issue.record(error)
            }
        }
        let id = "6F1C0A52-8D0E-4B8E-9C53-0F0A3C7D4E11"
        let planted = [
            "a-upper-case": #"{"handoff":"\#(id)"}"#, "b-nothing": "{}", "c-more": #"{"handoff":"\#(id)","deal":1}"#,
            "d-newline": #"{"handoff":"\#(id)\n"}"#, "e-number": #"{"handoff":1}"#, "f-text": "handoff",
        ]
        for (name, text) in planted {
            try text.write(toFile: "\(folder)/\(name).json", atomically: true, encoding: .utf8)
        }
        let schema = Self.path + "/deal-events/schemas/ticket.v1.json"
        let found = try await SchemaCheck.findings([(schema, folder)]).split(separator: "\n")
        let refused = ["b-nothing", "c-more", "d-newline", "e-number", "f-text"]
        #expect(found.count == refused.count)
        for (line, name) in zip(found, refused) { #expect(line.hasPrefix("\(folder)/\(name).json: "), "\(line)") }

        try #"{"type": "uuid"}"#.write(toFile: folder + "/schema", atomically: true, encoding: .utf8)
        #expect(try await SchemaCheck.findings([(folder + "/schema", folder)]).hasPrefix("\(folder)/schema: "))
        #expect(try await SchemaCheck.findings([(schema, folder + "/none")]) == "\(folder)/none: no examples\n")
    }

    static let path =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path + "/Queues"
}

/// Validates examples with Debian's `python3-jsonschema`.
private enum SchemaCheck {
    private static let script = """
        import json, os, sys
        from jsonschema import Draft202012Validator
        arguments = sys.argv[1:]
        for path, folder in zip(arguments[0::2], arguments[1::2]):
            try:
                schema = json.load(open(path, encoding='utf-8'))
                Draft202012Validator.check_schema(schema)
            except Exception as error:
                print(f'{path}: {type(error).__name__}: {str(error).splitlines()[0]}')
                continue
            names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
            names = [name for name in names if name.endswith('.json')]
            if not names: print(f'{folder}: no examples')
            for name in names:
                example = os.path.join(folder, name)
                try:
                    value = json.load(open(example, encoding='utf-8'))
                except ValueError as error:
                    print(f'{example}: {error}')
                    continue
                mistakes = list(Draft202012Validator(schema).iter_errors(value))
                if mistakes: print(f'{example}: {mistakes[0].message}')
        """

    /// One line for each schema that is none and each example that its schema refuses; nothing if all is well.
    static func findings(_ pairs: [(schema: String, examples: String)]) async throws -> String {
        let file = FileManager.default.temporaryDirectory.path + "/schemas-" + UUID().uuidString
        try "".write(toFile: file, atomically: true, encoding: .utf8)
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script] + pairs.flatMap { [$0.schema, $0.examples] }
        process.standardOutput = output
        process.standardError = output
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do {
                try process.run()
            } catch {
                ended.resume(throwing: error)
            }
        }
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try FileManager.default.removeItem(atPath: file)
        return text
    }
}
