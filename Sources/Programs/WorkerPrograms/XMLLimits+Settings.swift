public import Mappings
public import Settings

extension XMLLimits {
    /// As the settings say.
    public init(_ settings: XMLSettings) {
        self.init(bytes: settings.bytes, depth: settings.depth, elements: settings.elements)
    }
}
