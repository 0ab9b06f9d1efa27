import Foundation

/// How this ERP compares what people write: names without regard to case, width and accents, registrations without
/// marks and the letters around them.
enum Spelled {
    static func name(_ text: String) -> String {
        var visible = String.UnicodeScalarView()
        visible.append(contentsOf: text.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint })
        let folded = String(visible).precomposedStringWithCompatibilityMapping.uppercased().lowercased()
        return folded.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The words of a name, without accents.
    static func words(of text: String) -> [String] {
        var bare = String.UnicodeScalarView()
        bare.append(
            contentsOf: name(text).decomposedStringWithCanonicalMapping.unicodeScalars.filter {
                !(0x300...0x36F).contains($0.value)
            })
        return String(bare).precomposedStringWithCanonicalMapping.split { !$0.isLetter && !$0.isNumber }
            .map(String.init)
    }

    static func registration(_ text: String) -> String {
        let all = text.precomposedStringWithCompatibilityMapping.uppercased().filter { $0.isLetter || $0.isNumber }
            .map { $0.wholeNumberValue.map(String.init) ?? String($0) }.joined()
        let digits = all.drop { $0.isLetter || $0 == "0" }
        let stem = String(digits.reversed().drop(while: \.isLetter).reversed())
        return stem.isEmpty ? all : stem
    }
}
