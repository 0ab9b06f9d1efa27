/// First in, first out, with both ends cheap.
struct FIFO<Element> {
    private var storage: [Element?] = []
    private var head = 0

    var count: Int { storage.count - head }
    var isEmpty: Bool { count == 0 }
    var first: Element? {
        get { isEmpty ? nil : storage[head] }
        set { if !isEmpty { storage[head] = newValue } }
    }

    mutating func append(_ element: Element) { storage.append(element) }

    @discardableResult
    mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        defer { compact() }
        let element = storage[head]
        storage[head] = nil
        head += 1
        return element
    }

    mutating func removeAll() -> [Element] {
        defer { self = FIFO() }
        return storage[head...].compactMap { $0 }
    }

    /// Moving what is left costs no more than what was taken since the last time.
    private mutating func compact() {
        guard head > 32, head * 2 > storage.count else { return }
        storage.removeFirst(head)
        head = 0
    }
}
