import Deals

/// An object or a list of a source's record that has to come along: without it nothing can be said of its fields.
struct Container: Sendable, Hashable {
    /// Where it stands in the record.
    let path: [String]
    /// Whether it is a list, which may be null where it is empty.
    var isList = false
    /// What to do where it is missing, which nobody in sales can.
    let cure: String

    func isThere(in record: SourceRecord) -> Bool { isList ? record.has(path) : record.value(at: path) != nil }
}
