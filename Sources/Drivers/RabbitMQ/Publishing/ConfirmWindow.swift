/// The messages that were sent on a channel and are not confirmed yet, in the order of their numbers.
///
/// The broker counts publishes from 1, confirms them in any order, and often many with one number. It sends a
/// message back before it confirms it.
struct ConfirmWindow<Ticket> {
    /// The broker's verdict on one message.
    enum Verdict: Equatable {
        case confirmed
        case rejected
    }

    private struct Entry {
        let ticket: Ticket
        var returned: ReturnedMessage?
    }

    private let capacity: Int
    /// Holes are messages confirmed ahead of an earlier one. The part before `head` is used up.
    private var entries: [Entry?] = []
    private var head = 0
    /// The number of the entry at `head`.
    private var first: UInt64 = 1
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    var hasRoom: Bool { count < capacity }

    /// Notes that the next message was sent.
    mutating func append(_ ticket: Ticket) {
        entries.append(Entry(ticket: ticket))
        count += 1
    }

    /// Notes that a message came back: the earliest that `isSame` finds and that has not come back yet.
    mutating func giveBack(_ message: ReturnedMessage, where isSame: (Ticket) -> Bool) -> Bool {
        for index in head..<entries.count {
            guard let entry = entries[index], entry.returned == nil, isSame(entry.ticket) else { continue }
            entries[index]?.returned = message
            return true
        }
        return false
    }

    /// Takes out the message with `number`, or all up to it, and hands each to `settle` in the order they were sent.
    mutating func resolve(
        _ number: UInt64, isMultiple: Bool, as verdict: Verdict,
        _ settle: (Ticket, Verdict, ReturnedMessage?) -> Void
    ) {
        let last = first + UInt64(entries.count - head)
        guard number >= first, number < last else { return }
        let target = head + Int(number - first)
        for index in (isMultiple ? head : target)...target {
            guard let entry = entries[index] else { continue }
            entries[index] = nil
            count -= 1
            settle(entry.ticket, verdict, entry.returned)
        }
        dropUsed()
    }

    /// Takes out everything: nobody knows what became of it.
    mutating func removeAll(_ body: (Ticket) -> Void) {
        let left = entries[head...].compactMap { $0?.ticket }
        self = ConfirmWindow(capacity: capacity)
        left.forEach(body)
    }

    private mutating func dropUsed() {
        while head < entries.count, entries[head] == nil {
            head += 1
            first += 1
        }
        if head == entries.count {
            entries.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 4096 {
            entries.removeFirst(head)
            head = 0
        }
    }
}
