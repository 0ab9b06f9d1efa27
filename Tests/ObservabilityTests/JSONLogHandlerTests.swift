import Foundation
import Logging
import Testing

@testable import Observability

@Suite struct JSONLogHandlerTests {
    @Test("an event is one JSON object on one line, with its time, level, message, logger and metadata")
    func line() throws {
        let lines = try logged { logger in
            logger[metadataKey: "queue"] = "deal-events"
            logger.warning("taken", metadata: ["handoff": "42", "queue": "status-feedback", "attempt": "\(3)"])
        }
        let object = try #require(try object(lines.first))
        let time = try #require(object["time"])
        #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
        #expect(
            object.filter { $0.key != "time" } == [
                "level": "warning", "message": "taken", "logger": "worker", "handoff": "42", "queue": "status-feedback",
                "attempt": "3",
            ])
        #expect(lines.count == 1)
    }

    @Test("nothing in a value can end the line or steer a terminal")
    func escaping() throws {
        let odd = "a\"b\\c\nd\re\tf\u{0}g\u{1B}[31mh\u{7F}i\u{9B}j\u{2028}k\u{2029}l\u{202E}m ü 😀"
        for format in [LogFormat.json, .text] {
            let lines = try logged(format) { $0.info("\(odd)", metadata: ["\(odd)": "\(odd)"]) }
            #expect(lines.count == 1)
            let scalars = lines.joined().unicodeScalars
            #expect(scalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
            #expect(scalars.allSatisfy { !(0x2028...0x202E).contains($0.value) })
        }
        let lines = try logged { $0.info("\(odd)", metadata: ["\(odd)": "\(odd)"]) }
        let object = try #require(try object(lines.first))
        #expect(object["message"] == odd && object[odd] == odd)
    }

    @Test("a value is cut at 2,000 characters and says so", arguments: ["x", "\n", "😀"])
    func cut(piece: String) throws {
        let (longest, over) = (String(repeating: piece, count: 2000), String(repeating: piece, count: 2001))
        let lines = try logged { $0.info("\(over)", metadata: ["longest": "\(longest)", "over": "\(over)"]) }
        let object = try #require(try object(lines.first))
        #expect(object["longest"] == longest)
        #expect(object["over"] == longest + "…" && object["message"] == longest + "…")
    }

    @Test("metadata does not hide what every line has")
    func taken() throws {
        let lines = try logged {
            $0.info("real", metadata: ["message": "m", "time": "t", "level": "l", "logger": "n"])
        }
        let object = try #require(try object(lines.first))
        #expect(object["message"] == "real" && object["metadata_message"] == "m")
        #expect(object["metadata_time"] == "t" && object["metadata_level"] == "l" && object["metadata_logger"] == "n")
    }

    @Test("lists and dictionaries in metadata, a provider's values and an error are written as text")
    func otherMetadata() throws {
        struct Lost: Error, CustomStringConvertible { let description = "the connection is lost" }
        let lines = try logged { logger in
            logger.handler.metadataProvider = Logger.MetadataProvider { ["correlation": "c-1"] }
            logger.error("failed", error: Lost(), metadata: ["list": ["a", "b"], "map": ["k": "v"]])
        }
        let object = try #require(try object(lines.first))
        #expect(object["list"] == #"["a", "b"]"# && object["map"] == #"["k": "v"]"#)
        #expect(object["correlation"] == "c-1" && object["error"] == "the connection is lost")
    }

    @Test("what is below the level is not written")
    func level() throws {
        let lines = try logged { logger in
            logger.debug("no")
            logger.info("yes")
            logger.logLevel = .error
            logger.warning("no")
        }
        #expect(lines.count == 1)
    }

    @Test("for a person a line is text, with odd values in quotes")
    func text() throws {
        let lines = try logged(.text) { $0.notice("all well", metadata: ["queue": "q", "why": "no reason", "x": ""]) }
        let line = try #require(lines.first)
        let rest = try #require(line.firstIndex(of: " ").map { line[$0...] })
        #expect(rest == #" notice   all well  logger=worker queue=q why="no reason" x="""#)
    }

    @Test("without a terminal, auto means JSON")
    func auto() throws {
        #expect(try logged(.auto) { $0.info("x") }.first?.hasPrefix("{") == true)
    }

    @Test("lines of many threads never mix, though a pipe takes only part of what is written", .timeLimit(.minutes(1)))
    func concurrent() async throws {
        let pipe = Pipe()
        let sink = LogSink(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        _ = fcntl(pipe.fileHandleForWriting.fileDescriptor, F_SETFL, O_NONBLOCK)
        let (contents, content) = AsyncStream<Data>.makeStream()
        // A thread of its own: writers that wait for the pipe hold all threads that tasks run on.
        let reader = Thread {
            do {
                content.yield(try pipe.fileHandleForReading.readToEnd() ?? Data())
            } catch {
                Issue.record(error)
            }
            content.finish()
        }
        reader.start()
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<8 {
                group.addTask {
                    let value = String(repeating: "\(index)", count: 1500)
                    let handler = JSONLogHandler(label: "worker", format: .json, sink: sink)
                    let logger = Logger(label: "worker") { _ in handler }
                    for _ in 0..<100 { logger.info("\(value)", metadata: ["a": "\(value)", "b": "\(value)"]) }
                }
            }
        }
        try pipe.fileHandleForWriting.close()
        var lines: [Substring] = []
        for await data in contents { lines += String(decoding: data, as: UTF8.self).split(separator: "\n") }
        #expect(lines.count == 800)
        for line in lines {
            let object = try #require(try object(String(line)))
            #expect(object["message"] == object["a"] && object["a"] == object["b"])
        }
        #expect(sink.linesLost == 0)
    }

    @Test("a line that cannot be written is counted")
    func lost() {
        let sink = LogSink(descriptor: -1)
        Logger(label: "x") { JSONLogHandler(label: $0, sink: sink) }.info("x")
        #expect(sink.linesLost == 1)
    }

    @Test(
        "times are written in UTC with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"), (1_709_251_200_000, "2024-03-01T00:00:00.000Z"),
            (4_107_542_399_007, "2100-02-28T23:59:59.007Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (1_798_761_599_999, "2026-12-31T23:59:59.999Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ])
    func time(milliseconds: Int, text: String) {
        var line: [UInt8] = []
        Timestamp(millisecondsSince1970: milliseconds).write(to: &line)
        #expect(String(decoding: line, as: UTF8.self) == text)
    }

    /// The lines that `log` leads to.
    private func logged(_ format: LogFormat = .json, _ log: (inout Logger) -> Void) throws -> [String] {
        let pipe = Pipe()
        let sink = LogSink(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        var logger = Logger(label: "worker") { JSONLogHandler(label: $0, format: format, sink: sink) }
        log(&logger)
        try pipe.fileHandleForWriting.close()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func object(_ line: String?) throws -> [String: String]? {
        try line.map { try JSONDecoder().decode([String: String].self, from: Data($0.utf8)) }
    }
}
