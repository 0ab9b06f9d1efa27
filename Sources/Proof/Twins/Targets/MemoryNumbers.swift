import Sagas
import Synchronization

/// Running numbers in memory, drawn as the store draws them.
package final class MemoryNumbers: Numbers {
    private let drawn = Mutex<[String: [String: Int64]]>([:])

    package init() {}

    package func draw(from series: String, for key: String) -> Int64 {
        drawn.withLock { drawn in
            if let number = drawn[series]?[key] { return number }
            let number = Int64(drawn[series]?.count ?? 0) + 1
            drawn[series, default: [:]][key] = number
            return number
        }
    }
}
