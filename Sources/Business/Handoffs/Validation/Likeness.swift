/// How much two companies' names are alike, from 0 to 100.
enum Likeness {
    /// The words of a name that say who it is: in small letters, without punctuation and without `ignored`. Where nothing
    /// would be left, all words count.
    static func words(of name: String, ignoring ignored: [String]) -> [String] {
        let all = split(name)
        let empty = Set(ignored.flatMap(split))
        let significant = all.filter { !empty.contains($0) }
        return significant.isEmpty ? all : significant
    }

    /// 100 for the same words in the same order; each letter that has to be changed takes its share away.
    static func of(_ left: [String], _ right: [String]) -> Int {
        let (left, right) = (Array(left.joined(separator: " ")), Array(right.joined(separator: " ")))
        let longest = max(left.count, right.count)
        guard longest > 0 else { return 100 }
        return 100 - (distance(left, right) * 100 + longest - 1) / longest
    }

    private static func split(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
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
