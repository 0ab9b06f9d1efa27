import FoundationEssentials

/// Which event a message carries, as far as its body says so: by it one sees whether the event became known.
struct EventIdentity: Sendable, Equatable {
    var source: String?
    var event: String?

    private struct Envelope: Decodable {
        var source: String
        var id: String
    }

    /// Nothing where the body is no CloudEvent; a zero byte, which no event id may have, counts as that.
    init(ofBody body: [UInt8]) {
        guard let read = try? JSONDecoder().decode(Envelope.self, from: Data(body)),
            !read.source.utf8.contains(0), !read.id.utf8.contains(0)
        else { return }
        source = read.source
        event = read.id
    }
}
