import Testing

@testable import RabbitMQ

@Suite struct AckTrackerTests {
    private func tags(_ numbers: ClosedRange<UInt64>, epoch: Int = 1) -> [DeliveryTag] {
        numbers.map { DeliveryTag(epoch: epoch, number: $0) }
    }

    private func tag(_ number: UInt64) -> [DeliveryTag] { tags(number...number) }

    private func tracker(delivered: UInt64) -> AckTracker {
        var tracker = AckTracker(epoch: 1)
        for number in 1...delivered { tracker.deliver(number) }
        return tracker
    }

    @Test("deliveries done in order are acknowledged with one number")
    func contiguous() {
        var tracker = tracker(delivered: 10)
        tracker.settle(tags(1...5))
        #expect(tracker.takeAcknowledgements() == [.init(number: 5, isMultiple: true)])
        #expect(tracker.takeAcknowledgements() == [])
        #expect(tracker.unsettled == 5)
    }

    @Test("CTR-B6 the bytes that are held are those of what is not settled, each counted once")
    func heldBytes() {
        var tracker = AckTracker(epoch: 1)
        for number in 1...4 as ClosedRange<UInt64> { tracker.deliver(number, bytes: 100) }
        tracker.settle(tag(3))
        tracker.settle(tag(3) + tag(9) + tags(1...1, epoch: 2))
        #expect(tracker.heldBytes == 300)
        _ = tracker.takeAcknowledgements()
        tracker.settle(tags(1...4))
        #expect(tracker.heldBytes == 0)
    }

    @Test("what is done behind one that is not is acknowledged singly")
    func stragglers() {
        var tracker = tracker(delivered: 6)
        tracker.settle(tags(3...4))
        tracker.settle(tag(1))
        #expect(
            tracker.takeAcknowledgements() == [
                .init(number: 1, isMultiple: false), .init(number: 3, isMultiple: false),
                .init(number: 4, isMultiple: false),
            ])
        #expect(tracker.unsettled == 3)
    }

    @Test("a number that was acknowledged singly never ends an acknowledgement of many")
    func neverNamesTwice() {
        var tracker = tracker(delivered: 6)
        tracker.settle(tags(4...5))
        _ = tracker.takeAcknowledgements()
        tracker.settle(tags(1...3))
        #expect(tracker.takeAcknowledgements() == [.init(number: 3, isMultiple: true)])
        tracker.settle(tag(6))
        #expect(tracker.takeAcknowledgements() == [.init(number: 6, isMultiple: false)])
        #expect(tracker.unsettled == 0)
    }

    @Test("T14 tags of another connection, settled twice or never delivered are ignored")
    func ignored() {
        var tracker = tracker(delivered: 3)
        tracker.settle(tags(1...3, epoch: 0))
        tracker.settle(tags(4...9))
        #expect(tracker.takeAcknowledgements() == [])
        tracker.settle(tag(1) + tag(1))
        #expect(tracker.takeAcknowledgements() == [.init(number: 1, isMultiple: false)])
        tracker.settle(tag(1))
        #expect(tracker.takeAcknowledgements() == [])
    }

    @Test("in any order each delivery is acknowledged exactly once and none before it is done")
    func random() {
        for _ in 0..<200 {
            var tracker = tracker(delivered: 50)
            var acknowledged: Set<UInt64> = []
            var done: Set<UInt64> = []
            var left = tags(1...50).shuffled()
            while !left.isEmpty {
                let portion = Array(left.prefix(Int.random(in: 1...7)))
                left.removeFirst(portion.count)
                done.formUnion(portion.map(\.number))
                tracker.settle(portion)
                for ack in tracker.takeAcknowledgements() {
                    #expect(!acknowledged.contains(ack.number), "the broker closes the channel for this")
                    let meant = ack.isMultiple ? Set(1...ack.number) : [ack.number]
                    #expect(meant.isSubset(of: done))
                    acknowledged.formUnion(meant)
                }
                #expect(acknowledged == done)
            }
        }
    }
}
