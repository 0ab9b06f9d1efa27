/// A quote line as far as it takes to count each price once.
///
/// A bundle is a line of its own beside those of its parts. In one company it has the price of its own part, in another
/// nothing, in a third the sum of its parts: then both together would be twice the price.
struct BundleLine {
    let index: Int
    let id: String?
    /// The line of the bundle that this one is a part of.
    let requiredBy: String?
    let amount: Int64

    /// The indices of the lines that sum to the quote's net amount: all but bundles that cost nothing, or all but bundles.
    /// Nil where neither does.
    static func sold(_ lines: [BundleLine], total: Int64) -> [Int]? {
        let bundles = Set(lines.compactMap(\.requiredBy))
        func isBundle(_ line: BundleLine) -> Bool { line.id.map(bundles.contains) ?? false }
        let withoutHeadings = lines.filter { !isBundle($0) || $0.amount > 0 }
        let partsOnly = lines.filter { !isBundle($0) }
        let choice = [withoutHeadings, partsOnly].first { sum($0) == total }
        return choice?.map(\.index)
    }

    private static func sum(_ lines: [BundleLine]) -> Int64? {
        lines.reduce(0 as Int64?) { sum, line in
            guard let (result, overflow) = sum?.addingReportingOverflow(line.amount), !overflow else { return nil }
            return result
        }
    }
}
