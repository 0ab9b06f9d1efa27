import Foundation

/// Names and numbers in the forms in which two of them are compared, looked up and claimed: the same everywhere, or one
/// place would not see what another does.
public enum Spelling {
    /// A name in one form for all that reads the same: compatible and composed characters, small letters by the rules of
    /// the language (ß is ss, ς is σ), single spaces, nothing that cannot be seen. Every word and mark stays.
    public static func folded(_ name: String) -> String {
        var visible = String.UnicodeScalarView()
        visible.append(contentsOf: name.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint })
        // To capitals first: they are where letters meet that have one capital, and ß becomes SS.
        let text = String(visible).precomposedStringWithCompatibilityMapping.uppercased().lowercased()
            // The Turkish capital İ leaves its point as a mark of its own.
            .replacingOccurrences(of: "i\u{307}", with: "i").precomposedStringWithCompatibilityMapping
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The same without accents, as people type a name who lack the key.
    public static func plain(_ name: String) -> String {
        let apart = folded(name).decomposedStringWithCanonicalMapping.unicodeScalars
        var bare = String.UnicodeScalarView()
        bare.append(contentsOf: apart.filter { !(0x300...0x36F).contains($0.value) })
        return bare.map { plainLetters[$0] ?? String($0) }.joined().precomposedStringWithCanonicalMapping
    }

    /// The same with the accents written out, as German and Nordic names are: ü is ue, å is aa.
    public static func writtenOut(_ name: String) -> String {
        plain(folded(name).map { writtenLetters[$0] ?? String($0) }.joined())
    }

    /// A registration's letters and digits, in capitals and digits of ASCII.
    public static func number(_ text: String) -> String {
        let compatible = text.precomposedStringWithCompatibilityMapping.uppercased()
        return compatible.filter { $0.isLetter || $0.isNumber }.map {
            $0.wholeNumberValue.map(String.init) ?? String($0)
        }
        .joined()
    }

    /// What is left of a registration without the letters and zeros around it: by this it is looked up, since a country's
    /// letters, a suffix and a leading zero are written and left out. More than one registration may have it.
    public static func stem(ofNumber text: String) -> String {
        let all = number(text)
        let digits = all.drop { $0.isLetter || $0 == "0" }
        let stem = String(digits.reversed().drop(while: \.isLetter).reversed())
        return stem.isEmpty ? all : stem
    }

    private static let plainLetters: [Unicode.Scalar: String] = [
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h",
    ]
    private static let writtenLetters: [Character: String] = ["ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"]
}

/// A tax registration, as two are compared: `DE999000111`, `DE 999.000.111` and `999000111` in Germany are one.
public struct RegistrationNumber: Sendable, Hashable, CustomStringConvertible {
    /// The country, ISO 3166-1; nil where neither the number nor anybody says it.
    public let country: String?
    /// The number without the country's letters.
    public let number: String

    /// Reads a number as people write it, of somebody in `country`.
    public init(_ text: String, country: String?) {
        var rest = Spelling.number(text)
        var country = country?.uppercased()
        if let own = country, let prefix = Self.prefixes(of: own).first(where: { Self.isPrefix($0, of: rest) }) {
            rest.removeFirst(prefix.count)
        } else if let foreign = Self.foreign(rest) {
            country = foreign.country
            rest.removeFirst(foreign.prefix.count)
        }
        if country == "CH" { rest = Self.without(["MWST", "TVA", "IVA", "VAT"], rest) }
        if country == "NO" { rest = Self.without(["MVA"], rest) }
        // Belgium put a zero before its nine digits.
        if country == "BE", rest.count == 9 { rest = "0" + rest }
        if country == "FR", Self.hasKey(rest) { rest.removeFirst(2) }
        self.country = country
        number = rest
    }

    /// Country and number in one text.
    public var description: String { (country ?? "") + number }

    /// Whether it is a French VAT number: two letters or digits before the nine digits by which the company is registered.
    private static func hasKey(_ number: String) -> Bool {
        number.count == 11 && number.dropFirst(2).allSatisfy { ("0"..."9").contains($0) }
    }

    /// The ways in which a registration may be written down that no look-up takes for one another, the given one first: in
    /// France with and without the two characters that make a VAT number of it.
    public static func writings(of text: String, country: String?) -> [String] {
        let registration = RegistrationNumber(text, country: country)
        guard registration.country == "FR", registration.number.count == 9, let siren = Int(registration.number) else {
            return [text]
        }
        let key = (12 + 3 * (siren % 97)) % 97
        let others = [registration.number, "FR\(key < 10 ? "0" : "")\(key)\(registration.number)"]
        let own = Spelling.stem(ofNumber: text)
        return [text] + others.filter { Spelling.stem(ofNumber: $0) != own }
    }

    private static func prefixes(of country: String) -> [String] {
        switch country {
        case "CH", "LI": ["CHE", country]
        case "GR": ["EL", "GR"]
        case "GB": ["GB", "XI"]
        default: [country]
        }
    }

    private static func isPrefix(_ prefix: String, of text: String) -> Bool {
        let rest = text.dropFirst(prefix.count)
        return text.hasPrefix(prefix) && rest.count >= 4 && rest.contains(where: \.isNumber)
    }

    /// The letters of another country with which a number begins; only where what follows has the form of a tax number
    /// that is used across borders.
    private static func foreign(_ text: String) -> (prefix: String, country: String)? {
        for (prefix, country) in [("CHE", "CH"), ("EL", "GR"), ("XI", "GB")] + countries.map({ ($0, $0) })
        where text.hasPrefix(prefix) {
            let rest = text.dropFirst(prefix.count)
            let letters = rest.filter(\.isLetter).count
            let digits = rest.count - letters
            if letters <= 2, 7...12 ~= digits { return (prefix, country) }
        }
        return nil
    }

    private static func without(_ suffixes: [String], _ text: String) -> String {
        suffixes.first { text.hasSuffix($0) }.map { String(text.dropLast($0.count)) } ?? text
    }

    /// Whose numbers are written with their letters in other countries too.
    private static let countries = [
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IT", "LT",
        "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
    ]
}
