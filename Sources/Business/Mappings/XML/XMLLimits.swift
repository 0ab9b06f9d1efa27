/// How much one XML text may hold; documented settings of the programs that read any.
public struct XMLLimits: Sendable, Hashable {
    /// The most bytes.
    public var bytes: Int
    /// The most elements within one another: envelope, body, notifications, notification, record and field are six.
    public var depth: Int
    /// The most elements: 100 notifications of 1,000 fields each, and what is around them.
    public var elements: Int
    /// The most attributes of an element; the envelope of Salesforce has four.
    var attributes = 32
    /// The longest name, in bytes: a field's has at most 40 letters.
    var name = 255

    /// Takes limits; without any, the documented defaults.
    public init(bytes: Int = 1_048_576, depth: Int = 16, elements: Int = 101_000) {
        self.bytes = bytes
        self.depth = depth
        self.elements = elements
    }
}
