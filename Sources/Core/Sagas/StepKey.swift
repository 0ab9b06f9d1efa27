/// The key of a step's effect: stable for ever, so that whoever makes the effect again finds what it did.
public enum StepKey {
    /// Opportunity, contract, version, part, step and instance.
    public static func of(
        opportunity: String, contract: String, version: Int, part: String = "", label: String
    ) -> String {
        [opportunity, contract, "\(version)", part].map(escaped).joined(separator: "/") + "/\(label)"
    }

    /// So that no slash in an id can make two keys equal.
    private static func escaped(_ part: String) -> String {
        guard part.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "%") }) else { return part }
        return part.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%25")
            .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "%2F")
    }
}
