/// One element of an XML text, with everything in it.
struct XMLElement: Sendable, Equatable {
    /// An attribute with its namespace resolved; one without a prefix has none.
    struct Attribute: Sendable, Equatable {
        let namespace: String?
        let name: String
        let value: String
    }

    /// The name without its prefix.
    let name: String
    let namespace: String?
    /// Without the declarations of namespaces.
    let attributes: [Attribute]
    /// Its own text and CDATA sections, one after the other, without its children's.
    let text: String
    let children: [XMLElement]

    /// The namespace of `type` and `nil`.
    static let instance = "http://www.w3.org/2001/XMLSchema-instance"

    func attribute(_ name: String, in namespace: String) -> String? {
        attributes.first { $0.name == name && $0.namespace == namespace }?.value
    }

    func children(_ name: String, in namespace: String) -> [XMLElement] {
        children.filter { $0.name == name && $0.namespace == namespace }
    }

    /// The one child of that name; nil where there is none, and where there are several: which one counts would be a guess.
    func child(_ name: String, in namespace: String) -> XMLElement? {
        let found = children(name, in: namespace)
        return found.count == 1 ? found[0] : nil
    }
}
