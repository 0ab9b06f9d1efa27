public import Deals
import FoundationEssentials

extension Timestamp {
    /// The present, for dating what is announced and for asking which rules hold; nothing that a worker does depends on it.
    public static var now: Timestamp {
        let milliseconds = Int64(Date().timeIntervalSince1970 * 1000)
        guard let now = Timestamp(millisecondsSince1970: milliseconds) else {
            preconditionFailure("the machine's clock is outside of the calendar: \(milliseconds) ms since 1970")
        }
        return now
    }
}
