import Foundation
public import Operations

extension Pauses.Pause {
    /// Such as `target ERP, by ben since 2026-11-28T08:00:00Z because month-end closing`.
    public var text: String { "\(kind.rawValue) \(name), by \(actor) since \(at.formatted(.iso8601)) because \(why)" }
}
