/// A statement together with its parameters, already in the form in which they travel.
public struct Command: Sendable {
    /// What is to be run.
    public let statement: Statement
    let parameters: Parameters

    /// Binds `values` to `$1`, `$2` and so on.
    public init(_ statement: Statement, _ values: any SQLEncodable...) {
        self.init(statement, values: values)
    }

    init(_ statement: Statement, values: [any SQLEncodable]) {
        self.statement = statement
        parameters = Parameters(values)
    }
}

/// The encoded values of one command, in one block of memory.
struct Parameters: Sendable {
    private struct Slot {
        let offset: Int
        let length: Int32
    }

    /// A NULL has no bytes; libpq wants a null pointer for it.
    private static let null: Int32 = -1

    private(set) var types: [UInt32] = []
    private var bytes: [UInt8] = []
    private var slots: [Slot] = []

    init(_ values: [any SQLEncodable]) {
        precondition(values.count <= 65_535, "\(values.count) parameters: pass arrays and use unnest")
        types.reserveCapacity(values.count)
        slots.reserveCapacity(values.count)
        for value in values { append(value) }
        // So that no pointer into the block is ever nil, not even for an empty string that stands alone.
        bytes.append(0)
    }

    /// What the parameters weigh on the wire, about.
    var size: Int { bytes.count + 8 * slots.count }

    private mutating func append(_ value: some SQLEncodable) {
        types.append(type(of: value).sqlType.oid)
        let offset = bytes.count
        let isPresent = value.encode(into: &bytes)
        slots.append(Slot(offset: offset, length: isPresent ? Int32(bytes.count - offset) : Self.null))
    }

    /// Calls `send` with the arrays that libpq's functions take: count, values, lengths, formats.
    func withPointers(
        _ send: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Int32
    ) -> Int32 {
        bytes.withUnsafeBytes { block in
            guard let base = block.baseAddress?.assumingMemoryBound(to: CChar.self) else { return 0 }
            let count = slots.count
            return withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * count) { numbers in
                    for (index, slot) in slots.enumerated() {
                        values[index] = slot.length == Self.null ? nil : base + slot.offset
                        numbers[index] = slot.length
                        numbers[count + index] = 1
                    }
                    let lengths = UnsafePointer(numbers.baseAddress)
                    return send(Int32(count), UnsafePointer(values.baseAddress), lengths, lengths.map { $0 + count })
                }
            }
        }
    }
}
