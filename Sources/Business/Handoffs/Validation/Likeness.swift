import Connectors

/// How much two companies' names are alike, from 0 to 100.
enum Likeness {
    /// The words of a name that say who it is: folded, without punctuation and without `ignored`. Where nothing would be
    /// left, all words count.
    static func words(of name: String, ignoring ignored: [String]) -> [String] {
        let all = split(Spelling.folded(name))
        let empty = Set(ignored.flatMap { split(Spelling.folded($0)) })
        let significant = all.map { without(attached: empty, $0) }.filter { !$0.isEmpty && !empty.contains($0) }
        return significant.isEmpty ? all : significant
    }

    /// How much alike two names are in whichever way they are closest: as they are, without accents or with these written
    /// out, in whatever order their words stand, and with or without spaces between these.
    static func of(names left: [String], _ right: [String]) -> Int {
        let spellings = [{ $0 }, Spelling.plain, Spelling.writtenOut]
        var best = 0
        for spelling in spellings {
            let (left, right) = (left.map(spelling), right.map(spelling))
            let ways = [(left, right), (left.sorted(), right.sorted()), ([left.joined()], [right.joined()])]
            for (one, other) in ways { best = max(best, of(one, other)) }
        }
        return best
    }

    /// 100 for the same words in the same order; each letter that has to be changed takes its share away.
    static func of(_ left: [String], _ right: [String]) -> Int {
        let (left, right) = (Array(left.joined(separator: " ")), Array(right.joined(separator: " ")))
        let longest = max(left.count, right.count)
        guard longest > 0 else { return 100 }
        return 100 - (distance(left, right) * 100 + longest - 1) / longest
    }

    /// The words of a text; letters with a point each are one word, as in A.G.
    private static func split(_ text: String) -> [String] {
        text.split(separator: " ").flatMap { token -> [String] in
            let parts = token.split { !$0.isLetter && !$0.isNumber }.map(String.init)
            let isAbbreviation = parts.count > 1 && token.contains(".") && parts.allSatisfy { $0.count == 1 }
            return isAbbreviation ? [parts.joined()] : parts
        }
    }

    /// A word without an ignored one that is written together with it, as scripts without spaces do.
    private static func without(attached ignored: Set<String>, _ word: String) -> String {
        var word = word
        for other in ignored where other.unicodeScalars.allSatisfy({ $0.properties.isIdeographic }) {
            if word.hasPrefix(other) { word.removeFirst(other.count) }
            if word.hasSuffix(other) { word.removeLast(other.count) }
        }
        return word
    }

    /// How many letters have to be put in, taken out or replaced (Levenshtein).
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var row = Array(0...right.count)
        for (place, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = place + 1
            for (other, otherLetter) in right.enumerated() {
                let replaced = diagonal + (letter == otherLetter ? 0 : 1)
                diagonal = row[other + 1]
                row[other + 1] = min(replaced, row[other] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
