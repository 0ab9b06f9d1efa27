import Testing
import Workers

@Suite struct OutsideTextTests {
    private static let steering: [Unicode.Scalar] = [
        "\0", "\u{7}", "\n", "\u{1b}", "\u{7f}", "\u{80}", "\u{9b}", "\u{9f}", "\u{2028}", "\u{2029}", "\u{202a}",
        "\u{202e}", "\u{2066}", "\u{2069}",
    ]

    @Test(
        "SEC-F6 what steers a terminal or the order of letters is refused, escaped and never stored",
        arguments: steering)
    func controls(scalar: Unicode.Scalar) {
        let text = "a\(scalar)b"
        #expect(OutsideText.hasControls(text))
        #expect(!OutsideText.hasControls(OutsideText.printable(text)))
        #expect(OutsideText.printable(text).hasPrefix(#"a\"#) && OutsideText.printable(text).hasSuffix("b"))
        #expect(OutsideText.storable(text) == "a\u{FFFD}b")
        #expect(OutsideText.wasReplaced(in: OutsideText.storable(text)))
        #expect(OutsideText.identifier(text)?.utf8.allSatisfy { 0x21...0x7E ~= $0 } == true)
        #expect(OutsideText.remark("a\(scalar)b") == "a b")
    }

    @Test("SEC-F6 what stands beside those characters is left alone")
    func neighbours() {
        for text in ["a ~", "\u{a0}", "\u{2027}", "\u{202f}", "\u{2065}", "\u{206a}", "Müßig & Söhne", "株式会社", "😀"] {
            #expect(!OutsideText.hasControls(text))
            #expect(OutsideText.printable(text) == text && OutsideText.storable(text) == text)
        }
        #expect(OutsideText.printable("a\tb\nc", keeping: ["\n", "\t"]) == "a\tb\nc")
        #expect(OutsideText.printable("a\tb\u{1b}\nc") == #"a\tb\u001b\nc"#)
        #expect(OutsideText.printable("\u{E0041}") == #"\udb40\udc41"#)
    }

    @Test(
        "SEC-F1 a property is cut to what AMQP carries, between two characters",
        arguments: ["\0", "x", "ß", "😀", "\u{fffd}"])
    func lengths(filling: String) {
        let stored = OutsideText.storable(String(repeating: filling, count: 300))
        #expect(stored.utf8.count <= 255 && stored.utf8.count > 251)
        #expect(
            OutsideText.identifier(String(repeating: filling, count: 300)).map { 126...128 ~= $0.utf8.count } == true)
        #expect(OutsideText.identifier("") == nil)
        #expect(OutsideText.identifier("sup-OPP-1~%") == "sup-OPP-1~%")
        #expect(OutsideText.identifier("a b\0") == "a%20b%00")
    }

    @Test("SEC-F7 what a target says loses addresses, long numbers and length")
    func remarks() {
        let canary = "customer CANARY tax DECANARYTAX9 mail erp.canary@canary.example, phone +49 170 1234567"
        #expect(
            OutsideText.remark(canary)
                == "customer CANARY tax [number] mail [e-mail] phone +[number]")
        #expect(
            OutsideText.remark("EIN 91-1144442, USt-IdNr. DE 123 456 789; ATU12345678")
                == "EIN [number], USt-IdNr. DE [number]; [number]")
        #expect(
            OutsideText.remark("2027-01-31 is closed; PRJ-00001D of OPP-1008")
                == "2027-01-31 is closed; PRJ-00001D of OPP-1008")
        #expect(OutsideText.remark("Duplicate: no rule for GOLD") == "Duplicate: no rule for GOLD")
        #expect(OutsideText.remark(" \u{1b}\n ") == nil)
        let long = OutsideText.remark(String(repeating: "word ", count: 1000))
        #expect(long?.count == 200 && long?.hasSuffix("…") == true)
        // Cutting leaves no half of what is masked.
        let border = String(repeating: "w ", count: 96) + "DE 123 456 789 012 345"
        #expect(OutsideText.remark(border)?.contains("123") == false)
    }
}
