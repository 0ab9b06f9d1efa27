import Testing

@testable import Deals

@Suite("The JSON reader is strict and exact")
struct JSONReaderTests {
    private func read(_ text: String) throws -> JSON { try JSONReader.read(Array(text.utf8), maximalDepth: 8) }

    @Test("numbers keep their last digit, and whole numbers are whole however they are written")
    func numbers() throws {
        let cases: [(String, JSON)] = [
            ("0", .integer(0)), ("-0", .integer(0)), ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)), ("9007199254740993", .integer(9_007_199_254_740_993)),
            ("1.0", .integer(1)), ("1e2", .integer(100)), ("1.5E+1", .integer(15)), ("-0.0", .integer(0)),
        ]
        for (text, expected) in cases { #expect(try read(text) == expected, "\(text)") }
        for text in ["0.1", "1e400", "9223372036854775808", "1.00000000000000001", "9007199254740991.5"] {
            #expect(try read(text) == .number(try #require(JSON.Number(text))), "\(text)")
        }
    }

    @Test("a number that every reader takes for a whole one is one for the schema, and keeps its text")
    func nearlyWhole() throws {
        #expect(try read("1.00000000000000001").whole == 1)
        #expect(try read("12e-400").whole == 0)
        #expect(try read("0.1").whole == nil)
        #expect(try read("9007199254740994.0").whole == nil)
    }

    @Test(
        "what is no JSON is refused",
        arguments: [
            "", " ", "01", "-", "1.", ".5", "1e", "+1", "NaN", "Infinity", "nul", "tru", "{", "[", "[1", "[1,]",
            "[1 2]",
            "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\":1 \"b\":2}", "\"", "\"a", "\"\\", "\"\\u12\"",
            "\"\\x\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\u0041\"", "\"a\nb\"",
            "1 2", "{}{}", "\u{FEFF}{}", "'a'", "/**/1", "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":1}",
            "[[[[[[[[[]]]]]]]]]",
        ])
    func refuses(text: String) {
        #expect(throws: JSONReader.Problem.self) { try read(text) }
    }

    @Test("strings keep every character")
    func strings() throws {
        let text = #""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é""#
        #expect(try read(text) == .string("a\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{1F600}\u{e9}"))
        // Equal for Swift's ==, different for everybody else: two names.
        let names = try read("{\"\u{e9}\":1,\"e\u{301}\":2}")
        guard case .object(let members) = names else {
            Issue.record("no object")
            return
        }
        #expect(members.count == 2)
    }

    @Test("a name beyond the first two dozen is found when it repeats")
    func manyNames() throws {
        let names = (0..<60).map { "\"n\($0)\":0" }.joined(separator: ",")
        #expect(throws: Never.self) { try read("{\(names)}") }
        for repeated in ["n0", "n23", "n24", "n59"] {
            #expect(throws: JSONReader.Problem.self) { try read("{\(names),\"\(repeated)\":0}") }
        }
    }

    @Test("what is written is read back, in the one canonical form")
    func writing() throws {
        let value: JSON = [
            "b": .array([.null, .bool(true), .integer(-1)]), "a": .string("\u{1}\u{8}\t\n\u{c}\r\"\\é"),
        ]
        let written = String(decoding: value.canonicalBytes, as: UTF8.self)
        #expect(written == #"{"a":"\u0001\b\t\n\f\r\"\\é","b":[null,true,-1]}"#)
        #expect(try read(written).canonicalBytes == value.canonicalBytes)
    }
}
