/// An acknowledgement to send.
struct Acknowledgement: Equatable {
    var number: UInt64
    /// Whether it stands for every delivery up to `number`.
    var isMultiple: Bool
}

/// Knows which deliveries of one connection are done, and turns them into as few acknowledgements as are safe.
///
/// One acknowledgement may stand for all deliveries up to a number only if all of them are done. What is done
/// behind one that is not is acknowledged singly and at once: it then needs no second delivery if the worker dies,
/// and makes room in the prefetch window.
struct AckTracker {
    private let epoch: Int
    /// Everything up to here is acknowledged.
    private var prefix: UInt64 = 0
    /// The highest number that was delivered.
    private var delivered: UInt64 = 0
    private var done: Set<UInt64> = []
    /// The bodies' sizes of what is not settled, and their sum.
    private var sizes: [UInt64: Int] = [:]
    private(set) var heldBytes = 0
    /// Acknowledged, but behind one that is not.
    private var acknowledgedSingly: Set<UInt64> = []

    init(epoch: Int) {
        self.epoch = epoch
    }

    /// Deliveries that are not settled yet.
    var unsettled: Int {
        Int(delivered - prefix) - done.count - acknowledgedSingly.count
    }

    /// Notes that `number` was delivered, with a body of so many bytes.
    mutating func deliver(_ number: UInt64, bytes: Int = 0) {
        delivered = max(delivered, number)
        guard bytes > 0 else { return }
        sizes[number] = bytes
        heldBytes += bytes
    }

    /// Notes that the deliveries are done. Tags of other connections, settled ones and unknown ones are ignored:
    /// their acknowledgement would close the channel.
    mutating func settle(_ tags: [DeliveryTag]) {
        for tag in tags where tag.epoch == epoch && tag.number > prefix && tag.number <= delivered {
            guard !acknowledgedSingly.contains(tag.number) else { continue }
            done.insert(tag.number)
            heldBytes -= sizes.removeValue(forKey: tag.number) ?? 0
        }
    }

    /// What to send now; it counts as sent.
    mutating func takeAcknowledgements() -> [Acknowledgement] {
        guard !done.isEmpty else { return [] }
        var acknowledgements: [Acknowledgement] = []
        if let contiguous = takeContiguous() { acknowledgements.append(contiguous) }
        for number in done.sorted() {
            acknowledgements.append(Acknowledgement(number: number, isMultiple: false))
        }
        acknowledgedSingly.formUnion(done)
        done.removeAll(keepingCapacity: true)
        return acknowledgements
    }

    /// Moves the prefix over all that is done. The acknowledgement must name a number not acknowledged before,
    /// or the broker closes the channel, so it names the last new one.
    private mutating func takeContiguous() -> Acknowledgement? {
        var lastNew: UInt64?
        var count = 0
        while true {
            let next = prefix + 1
            if done.remove(next) != nil {
                lastNew = next
                count += 1
            } else if acknowledgedSingly.remove(next) == nil {
                break
            }
            prefix = next
        }
        return lastNew.map { Acknowledgement(number: $0, isMultiple: count > 1) }
    }
}
