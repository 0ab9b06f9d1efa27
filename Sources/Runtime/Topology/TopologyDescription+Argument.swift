extension TopologyDescription {
    /// The value of an argument of an exchange, a queue or a binding.
    public enum Argument: Sendable, Hashable, Codable, CustomStringConvertible {
        /// A text.
        case string(String)
        /// A whole number.
        case integer(Int)
        /// True or false.
        case boolean(Bool)
        /// A value of a type that no description of ours uses, seen on a broker: it equals nothing described.
        case foreign

        /// Reads a single value; what it cannot name becomes ``foreign``: a neighbour's queue is not our mistake.
        public init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let boolean = try? value.decode(Bool.self) {
                self = .boolean(boolean)
            } else if let integer = try? value.decode(Int.self) {
                self = .integer(integer)
            } else if let string = try? value.decode(String.self) {
                self = .string(string)
            } else {
                self = .foreign
            }
        }

        /// Writes the single value.
        public func encode(to encoder: any Encoder) throws {
            var value = encoder.singleValueContainer()
            switch self {
            case .string(let string): try value.encode(string)
            case .integer(let integer): try value.encode(integer)
            case .boolean(let boolean): try value.encode(boolean)
            case .foreign: try value.encodeNil()
            }
        }

        /// The value as a person reads it.
        public var description: String {
            switch self {
            case .string(let string): string
            case .integer(let integer): String(integer)
            case .boolean(let boolean): String(boolean)
            case .foreign: "a list or table"
            }
        }
    }
}
