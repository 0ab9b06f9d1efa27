import Glibc

/// The watches of one thread and the `poll(2)` call that waits for all of them at once.
struct PollLoop {
    private struct Watch {
        let turn: IOThread.Turn
        var wait: IOThread.Wait
        var ready: Int16
    }

    private let wakeDescriptor: Int32
    private var watches: [Watch] = []

    init(wakeDescriptor: Int32) {
        self.wakeDescriptor = wakeDescriptor
    }

    mutating func add(_ turns: [IOThread.Turn]) {
        for turn in turns {
            watches.append(Watch(turn: turn, wait: .init(descriptor: nil, events: 0, deadline: .now), ready: 0))
        }
    }

    /// Gives a turn to each watch that is ready or overdue; to all of them when a job ran, because a job may have
    /// left bytes in a library's own buffer, where `poll` cannot see them.
    mutating func takeTurns(isBusy: Bool) {
        let now = ContinuousClock.now
        var kept: [Watch] = []
        kept.reserveCapacity(watches.count)
        for var watch in watches {
            let isDue = watch.wait.deadline.map { $0 <= now } ?? false
            if isBusy || isDue || watch.ready != 0 {
                guard let wait = watch.turn(watch.ready) else { continue }
                watch.wait = wait
                watch.ready = 0
            }
            kept.append(watch)
        }
        watches = kept
    }

    mutating func wait() {
        var polled = [pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0)]
        for watch in watches {
            polled.append(pollfd(fd: watch.wait.descriptor ?? -1, events: watch.wait.events, revents: 0))
        }
        let count = poll(&polled, nfds_t(polled.count), timeoutInMilliseconds())
        guard count > 0 else { return }
        if polled[0].revents != 0 { drainWakeDescriptor() }
        for index in watches.indices {
            watches[index].ready = polled[index + 1].revents
        }
    }

    /// Rounded up: a turn one millisecond early would spin until its deadline.
    private func timeoutInMilliseconds() -> Int32 {
        guard let next = watches.compactMap(\.wait.deadline).min() else { return -1 }
        let left = ContinuousClock.now.duration(to: next)
        guard left > .zero else { return 0 }
        let milliseconds = left / .milliseconds(1)
        return Int32(min(milliseconds.rounded(.up), 60_000))
    }

    private func drainWakeDescriptor() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(wakeDescriptor, &bytes, bytes.count) > 0 {}
    }
}
