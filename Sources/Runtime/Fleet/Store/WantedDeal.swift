import FoundationEssentials
import PostgreSQL
import Sagas
import Workers

/// A deal version on its way in: as it arrived, or as it was kept until its opportunity was signed.
struct WantedDeal: Sendable {
    /// What another system shall be told once the deal is accepted, with its queue by name.
    struct Status: Sendable, Codable {
        var target: String
        var object: String
        var queue: String
        var content: String
    }

    var arrival: Arrival
    var status: Status?

    init(_ arrival: Arrival) {
        self.arrival = arrival
        status = arrival.status.map {
            Status(target: $0.target, object: $0.object, queue: $0.queue.name, content: $0.content)
        }
    }

    /// Reads a deal that waited; from now on it waits for nothing.
    init(kept row: Row) throws {
        let base = try row.value(7, as: Int32?.self).map(Int.init)
        arrival = Arrival(
            source: try row.value(3, as: String.self), eventID: try row.value(4, as: String.self),
            correlationID: try row.value(5, as: String.self), opportunity: try row.value(0, as: String.self),
            contract: try row.value(1, as: String.self), version: Int(try row.value(2, as: Int32.self)),
            kind: base.map { .change(base: $0) } ?? .complete, body: try row.value(8, as: String.self),
            contentHash: try row.value(9, as: String.self), customer: try row.value(10, as: String.self),
            totalMinor: try row.value(11, as: Int64.self), currency: try row.value(12, as: String.self),
            sowHash: try row.value(13, as: String?.self))
        arrival.takesAnyDocument = try row.value(15, as: Bool.self)
        status = try row.value(14, as: JSONText?.self).map {
            try JSONDecoder().decode(Status.self, from: Data($0.text.utf8))
        }
    }

    var statusJSON: JSONText? {
        get throws { try status.map { JSONText(String(decoding: try JSONEncoder().encode($0), as: UTF8.self)) } }
    }
}
