/// Finds the name that was probably meant.
enum NearestName {
    /// The candidate with the fewest changed letters, unless all differ in more than a third of them.
    static func of(_ name: String, among candidates: [String]) -> String? {
        let best = candidates.map { (name: $0, distance: distance(name, $0)) }.min { $0.distance < $1.distance }
        guard let best, best.distance * 3 <= max(name.count, best.name.count) else { return nil }
        return best.name
    }

    /// How many letters must be inserted, removed or replaced to turn one name into the other.
    static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right.utf8)
        var row = Array(0...right.count)
        for (line, letter) in left.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for column in right.indices {
                let replaced = diagonal + (letter == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
