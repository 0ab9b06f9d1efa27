import Foundation
import PostgreSQL
import Testing

/// Small and seeded, so that a failure can be repeated.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

private func roundTrip<V: SQLValue & Equatable>(
    _ database: Database, _ type: String, _ values: [V?], _ comment: Comment
) async throws {
    for value in values {
        let rows = try await database.query(Statement("one_\(type)", "SELECT $1::\(type)"), value)
        #expect(try rows[0].value(0, as: V?.self) == value, comment)
    }
    let array = try await database.query(Statement("all_\(type)", "SELECT $1::\(type)[] AS all"), values)
    #expect(try array[0].decode("all", as: [V?].self) == values, comment)
    let rows = try await database.query(Statement("each_\(type)", "SELECT unnest($1::\(type)[]) AS v"), values)
    #expect(try rows.map { row throws(PostgreSQLError) in try row.decode("v", as: V?.self) } == values, comment)
}

@Suite struct ValueTests {
    @Test("values of all types come back as they went, alone and in arrays with nulls", .timeLimit(.minutes(1)))
    func properties() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(state: seed)
        func some<V>(_ extremes: [V], _ make: (inout SplitMix) -> V) -> [V?] {
            let all = extremes + (0..<40).map { _ in make(&random) }
            return all.map { Int.random(in: 0..<8, using: &random) == 0 ? nil : $0 }
        }
        let comment: Comment = "seed \(seed)"
        let bools = some([true, false]) { Bool.random(using: &$0) }
        let shorts = some([Int16.min, -1, 0, .max]) { Int16.random(in: .min ... .max, using: &$0) }
        let middles = some([Int32.min, -1, 0, .max]) { Int32.random(in: .min ... .max, using: &$0) }
        let longs = some([Int64.min, -1, 0, .max]) { Int64.random(in: .min ... .max, using: &$0) }
        let ints = some([Int.min, 0, .max]) { Int.random(in: .min ... .max, using: &$0) }
        let doubles = some([0, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude]) {
            Double.random(in: -1e9...1e9, using: &$0)
        }
        let texts = some(["", "\"", "{}", "NULL", "a,b\\c\n", "žluťoučký 🐎"]) { random in
            let length = Int.random(in: 0...50, using: &random)
            return String((0..<length).map { _ in "aé,\"\\{}'🐎 ".randomElement(using: &random) ?? "x" })
        }
        let blobs = some([[], [0], [255, 0, 255]]) { random in
            (0..<Int.random(in: 0...50, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        let uuids = some([UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))]) { random in
            var bytes: [UInt8] = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
            return bytes.withUnsafeMutableBytes { UUID(uuid: $0.load(as: uuid_t.self)) }
        }
        let epoch = Date(timeIntervalSinceReferenceDate: -366 * 86_400)
        let dates = some([
            epoch, Date(timeIntervalSinceReferenceDate: .infinity), Date(timeIntervalSinceReferenceDate: -.infinity),
        ]) { random in
            let microseconds = Int64.random(in: -3_000_000_000_000_000...3_000_000_000_000_000, using: &random)
            return Date(timeIntervalSinceReferenceDate: Double(microseconds) / 1_000_000 - 366 * 86_400)
        }
        let documents = some([JSONText("{}"), JSONText("null"), JSONText("\"🐎\"")]) { random in
            JSONText("{\"a\": \(Int.random(in: 0...9, using: &random))}")
        }
        try await withDatabase { database in
            try await roundTrip(database, "bool", bools, comment)
            try await roundTrip(database, "int2", shorts, comment)
            try await roundTrip(database, "int4", middles, comment)
            try await roundTrip(database, "int8", longs, comment)
            try await roundTrip(database, "int8", ints, comment)
            try await roundTrip(database, "float8", doubles, comment)
            try await roundTrip(database, "text", texts, comment)
            try await roundTrip(database, "bytea", blobs, comment)
            try await roundTrip(database, "uuid", uuids, comment)
            try await roundTrip(database, "timestamptz", dates, comment)
            try await roundTrip(database, "jsonb", documents, comment)
            let empty = try await database.query("SELECT $1", [Int]())
            #expect(try empty[0].value(0, as: [Int].self).isEmpty)
        }
    }

    @Test("the server sees the values that were meant", .timeLimit(.minutes(1)))
    func meaning() async throws {
        try await withDatabase { database in
            let day = Date(timeIntervalSince1970: 1_700_000_000.25)
            let rows = try await database.query(
                "SELECT to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS'), $2::text, $3->>'a', $4::text",
                day, UUID(uuidString: "00112233-4455-6677-8899-aabbccddeeff"), JSONText("{\"a\": \"b\"}"),
                ["x", nil, "NULL"])
            #expect(try rows[0].value(0) == "2023-11-14 22:13:20.250")
            #expect(try rows[0].value(1) == "00112233-4455-6677-8899-aabbccddeeff")
            #expect(try rows[0].value(2) == "b")
            #expect(try rows[0].value(3) == "{x,NULL,\"NULL\"}")
        }
    }

    @Test("a column that holds something else is named with both types", .timeLimit(.minutes(1)))
    func mismatches() async throws {
        try await withDatabase { database in
            let row = try await database.query("SELECT 'secret'::text AS state, NULL::int8 AS size")[0]
            let wrong = try await failure { _ = try row.decode("state", as: Int.self) }
            guard case .mismatch("state", "Int", "text") = wrong else { return #expect(Bool(false), "\(wrong)") }
            let null = try await failure { _ = try row.value(1, as: Int.self) }
            guard case .mismatch("size", "Int", "NULL") = null else { return #expect(Bool(false), "\(null)") }
            #expect(try row.decode("size", as: Int?.self) == nil)
            let missing = try await failure { _ = try row.decode("elsewhere", as: Int.self) }
            #expect("\(missing)".contains("elsewhere"))
            #expect(!"\(wrong)".contains("secret"))
        }
    }
}
