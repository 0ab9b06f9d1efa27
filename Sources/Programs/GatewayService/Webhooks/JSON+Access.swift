import Deals

extension JSON {
    /// The member called so; nil for no object and no such member.
    subscript(name: String) -> JSON? { member(name) }

    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var integer: Int64? {
        guard case .integer(let number) = self else { return nil }
        return number
    }

    /// A text, or a whole number as text: ids are written either way.
    var identifier: String? { string ?? integer.map { String($0) } }

    var items: [JSON]? {
        guard case .array(let items) = self else { return nil }
        return items
    }

    /// Whether it can be written as JSON again: `1e999` is a number by the grammar, and none for a computer.
    var isWritable: Bool {
        switch self {
        case .number(let number): Double(number.text)?.isFinite == true
        case .array(let items): items.allSatisfy(\.isWritable)
        case .object(let members): members.allSatisfy(\.value.isWritable)
        case .null, .bool, .integer, .string: true
        }
    }

    /// The same with every number that cannot be written as a text.
    var writable: JSON {
        switch self {
        case .number(let number): isWritable ? self : .string(number.text)
        case .array(let items): .array(items.map(\.writable))
        case .object(let members): .object(members.map { Member($0.name, $0.value.writable) })
        case .null, .bool, .integer, .string: self
        }
    }
}
