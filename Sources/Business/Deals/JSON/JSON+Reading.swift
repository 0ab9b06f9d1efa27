extension JSON {
    /// Reads one JSON text by RFC 8259, as strictly as an event is read: nothing that two readers would understand
    /// differently, at most 64 levels. A ``Rejection`` says at which byte it is none.
    /// Gives up once `goesOn`, which is asked now and then, says no.
    public init(reading bytes: [UInt8], while goesOn: @escaping () -> Bool = { true }) throws(Rejection) {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw Rejection(.invalidEncoding, text: "is not valid UTF-8", cure: "Encode the JSON text in UTF-8.")
        }
        do {
            self = try JSONReader.read(bytes, maximalDepth: Limits.standard.depth, while: goesOn)
        } catch {
            throw Rejection(error)
        }
    }

    /// The value of the member called exactly `name`, compared byte by byte; nil for what is no object.
    public func member(_ name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first(named: name)
    }

    /// A number that is no whole number within `Int64`.
    public struct Number: Equatable, Sendable {
        /// As it was written, to its last digit.
        public let text: String
        /// As other readers take it.
        let value: Double

        /// Takes a number as JSON writes it; nil for another text.
        public init?(_ text: String) {
            guard ExactDecimal(text) != nil, let value = Double(text) else { return nil }
            self.text = text
            self.value = value
        }
    }

    /// Whether it is a number below zero.
    var isBelowZero: Bool {
        switch self {
        case .integer(let value): value < 0
        case .number(let number): number.value < 0
        default: false
        }
    }

    /// The whole number that this is for a schema, which reads 1.0 and 1e2, like every other reader, as a double.
    var whole: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let number): number.value.magnitude <= 0x1p53 ? Int64(exactly: number.value) : nil
        default: nil
        }
    }
}
