import Foundation
import Support
import Testing

@testable import Deals
@testable import Mappings

@Suite("XML is read as one text by one reader, at a cost that its length bounds")
struct XMLReaderTests {
    private func read(_ bytes: [UInt8], _ limits: XMLLimits = XMLLimits()) -> Result<XMLElement, XMLReader.Problem> {
        var reader = XMLReader(bytes, limits: limits)
        return Result { () throws(XMLReader.Problem) in try reader.read() }
    }

    private func problem(_ text: String) -> String? {
        if case .failure(let problem) = read(Array(text.utf8)) { problem.text } else { nil }
    }

    private func utf16(_ text: String, isBigEndian: Bool, mark: Bool) -> [UInt8] {
        ((mark ? [0xFEFF] : []) + Array(text.utf16)).flatMap { unit in
            isBigEndian ? [UInt8(unit >> 8), UInt8(unit & 0xFF)] : [UInt8(unit & 0xFF), UInt8(unit >> 8)]
        }
    }

    @Test("SEC-F3 only UTF-8 is read: no other encoding hides from a check what a parser then sees")
    func encodings() {
        let deep = String(repeating: "<a>", count: 3000) + String(repeating: "</a>", count: 3000)
        let utf7 = "<x>\(deep)</x>".replacing("<", with: "+ADw-").replacing(">", with: "+AD4-")
        let hidden = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><x>\u{213c}\u{2d2d}\(deep)</x>"
        var bodies: [[UInt8]] = ["UTF-7", "utf-16", "ISO-8859-1", "windows-1252", "EBCDIC-CP-BE", ""].map {
            Array("<?xml version=\"1.0\" encoding=\"\($0)\"?>".utf8) + Array(($0 == "UTF-7" ? utf7 : "<x/>").utf8)
        }
        for isBigEndian in [false, true] {
            for mark in [false, true] {
                bodies += [hidden, "<x>\(deep)</x>", "<x/>"].map { utf16($0, isBigEndian: isBigEndian, mark: mark) }
            }
        }
        bodies.append([0xFF, 0xFE, 0, 0] + Array("<x/>".utf8))
        bodies.append(Array("<x>a\0b</x>".utf8))
        bodies.append(Array("<x>".utf8) + [0xC0, 0xBC] + Array("</x>".utf8))
        for body in bodies {
            guard case .failure = read(body) else {
                Issue.record("read: \(String(decoding: body.prefix(80), as: UTF8.self))")
                continue
            }
        }
        for fine in ["<x/>", "\u{FEFF}<x/>", "<?xml version='1.0' encoding='utf-8' standalone='yes'?> <x/>\n"] {
            #expect(problem(fine) == nil, "\(fine)")
        }
    }

    @Test("SEC-F3 a document type is refused wherever it stands, and no entity but XML's own is known")
    func documentTypes() {
        for hostile in [
            "<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>", "<!doctype x><x/>", "<x><!DOCTYPE y></x>",
            "<x/><!DOCTYPE x SYSTEM \"file:///etc/passwd\">", "<!-- --><!ENTITY % a SYSTEM \"http://127.0.0.1/\"><x/>",
        ] { #expect(problem(hostile)?.contains("document type") == true, "\(hostile)") }
        for entity in ["&a;", "&#0;", "&#xD800;", "&#x110000;", "&#11;", "&#;", "&#xFFFFFFFFFF;", "&AMP;", "&", "&lt"] {
            #expect(problem("<x>\(entity)</x>")?.contains("entity") == true, "\(entity)")
            #expect(problem("<x y='\(entity)'/>")?.contains("entity") == true, "\(entity)")
        }
        #expect(problem("<?xml version='1.0'?><?php x?><x/>")?.contains("instruction") == true)
        guard
            case .success(let x) = read(
                Array("<x y='a&#10;&quot;\n'>&amp;&lt;&#xE9;&#128512;\r\n\r<![CDATA[<&]]>]</x>".utf8))
        else {
            Issue.record("it is not read")
            return
        }
        #expect(x.text == "&<é😀\n\n<&]" && x.attributes.map(\.value) == ["a\n\" "])
    }

    @Test("SEC-F3 depth, elements, attributes and names end the reading where they pass their limit")
    func limits() {
        func nested(_ depth: Int) -> String {
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        #expect(problem(nested(16)) == nil)
        #expect(problem(nested(17))?.contains("deeper") == true)
        #expect(problem(nested(140_000))?.contains("deeper") == true)
        #expect(problem("<x>" + String(repeating: "<a/>", count: 101_000) + "</x>")?.contains("elements") == true)
        let attributes = (1...33).map { "a\($0)='1'" }.joined(separator: " ")
        #expect(problem("<x \(attributes)/>")?.contains("too many") == true)
        #expect(problem("<x a='1' a='2'/>")?.contains("twice") == true)
        #expect(problem("<x xmlns:a='u' xmlns:b='u' a:n='1' b:n='2'/>")?.contains("twice") == true)
        #expect(problem("<\(String(repeating: "n", count: 256))/>")?.contains("name") == true)
        #expect(problem(String(repeating: " ", count: 1_048_573) + "<x/>")?.contains("more than 1048576 bytes") == true)
        // Each is a setting.
        let few = XMLLimits(bytes: 30, depth: 3, elements: 4)
        for (text, words) in [
            ("<a><b><c/></b></a>", nil), ("<a><b><c><d/></c></b></a>", "deeper"), ("<a><b/><b/><b/></a>", nil),
            ("<a><b/><b/><b/><b/></a>", "elements"), ("<a>\(String(repeating: "x", count: 24))</a>", "30 bytes"),
        ] {
            guard case .failure(let problem) = read(Array(text.utf8), few) else {
                #expect(words == nil, "\(text)")
                continue
            }
            #expect(words.map(problem.text.contains) == true, "\(text): \(problem.text)")
        }
        for broken in [
            "<x>", "</x>", "<x></y>", "<x/><y/>", "<x", "<x a/>", "<x a=1/>", "<x a='<'/>", "<x>]]></x>",
            "<x><!--a--b--></x>",
            "text", "<a:x/>", "<x>\u{1}</x>", "<x>\u{FFFF}</x>", "<1x/>", "<a:b:c/>", "<x><![CDATA[", "<!--", "<x>&amp",
            "", " ", "<?xml version='1.1'?><x/>", "<?xml encoding='UTF-8'?><x/>", "<x/>text",
        ] { #expect(problem(broken) != nil, "\(broken)") }
    }

    @Test("SEC-F3 the limits of XML are those of the settings, for an event that holds one too")
    func settings() throws {
        let message = try JSON(
            reading: Array(
                JSONEncoder().encode(
                    String(decoding: CaseFile.bytes("notification-again/message-1.xml"), as: UTF8.self))))
        let stages = SourceStages(of: "salesforce", in: .standard)
        for (limits, isRead) in [(XMLLimits(), true), (XMLLimits(elements: 10), false), (XMLLimits(depth: 4), false)] {
            let mapping = SalesforceOutboundMessage(.standard.reading(xml: limits))
            let mapped = Result { () throws(MappingFailure) in try mapping.map(message, at: stages) }
            guard case .failure(let failure) = mapped else {
                #expect(isRead)
                continue
            }
            #expect(!isRead && failure.findings.map(\.path) == ["$.data"], "\(failure)")
        }
    }

    @Test(
        "SEC-F4 twice the text is at most twice the work, whatever it is made of",
        arguments: [
            "<sf:A>1</sf:A>", "<!--", "<!-- -->", "<!---", "<![CDATA[", "<![CDATA[x]]>", "<a", "&amp;", "&", "]", "]]",
            "<?x",
            "<", "\r", "</a>", "<a b='", "-", "\u{E9}", "\u{FFFD}", "<a xmlns:b='c'/>",
        ])
    func linear(part: String) {
        func work(_ count: Int) -> Int {
            let text = "<x xmlns:sf='u'>" + String(repeating: part, count: count) + "</x>"
            var reader = XMLReader(Array(text.utf8))
            _ = Result { () throws(XMLReader.Problem) in try reader.read() }
            return reader.work
        }
        let (once, twice) = (work(4000), work(8000))
        #expect(twice <= once * 2 + 200)
        // Each byte is looked at a few times, by what may begin there, and never again.
        #expect(twice <= 40 * (8000 * part.utf8.count + 20))
    }

    @Test("SEC-F4 reading gives up once its time is over")
    func givesUp() {
        var asked = 0
        let text = "<x>" + String(repeating: "<a>1</a>", count: 40_000) + "</x>"
        var reader = XMLReader(Array(text.utf8)) {
            asked += 1
            return asked < 3
        }
        let result = Result { () throws(XMLReader.Problem) in try reader.read() }
        guard case .failure(let problem) = result else {
            Issue.record("it read on")
            return
        }
        #expect(problem.text.contains("longer") && asked == 3 && reader.work < text.utf8.count / 2)
    }
}
