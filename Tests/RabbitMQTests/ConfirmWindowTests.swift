import Testing

@testable import RabbitMQ

@Suite struct ConfirmWindowTests {
    private func window(_ count: Int, capacity: Int = 100) -> ConfirmWindow<Int> {
        var window = ConfirmWindow<Int>(capacity: capacity)
        for number in 1...count { window.append(number) }
        return window
    }

    private func returned(_ id: String) -> ReturnedMessage {
        ReturnedMessage(code: 312, text: "NO_ROUTE", exchange: "", routingKey: "q", messageID: id)
    }

    @Test("T12 one number confirms all messages up to it")
    func multiple() {
        var window = window(5)
        var settled: [Int] = []
        window.resolve(3, isMultiple: true, as: .confirmed) { ticket, _, _ in settled.append(ticket) }
        #expect(settled == [1, 2, 3])
        #expect(window.count == 2)
    }

    @Test("T12 confirms out of order settle each message once")
    func outOfOrder() {
        var window = window(4)
        var settled: [Int] = []
        window.resolve(3, isMultiple: false, as: .confirmed) { ticket, _, _ in settled.append(ticket) }
        window.resolve(1, isMultiple: false, as: .rejected) { ticket, verdict, _ in
            settled.append(ticket)
            #expect(verdict == .rejected)
        }
        window.resolve(4, isMultiple: true, as: .confirmed) { ticket, _, _ in settled.append(ticket) }
        #expect(settled == [3, 1, 2, 4])
        window.resolve(4, isMultiple: true, as: .confirmed) { _, _, _ in Issue.record("settled twice") }
        window.resolve(9, isMultiple: true, as: .confirmed) { _, _, _ in Issue.record("never sent") }
        #expect(window.count == 0)
    }

    @Test("T12 a message that came back keeps its mark until it is confirmed; equal ones are marked in order")
    func returns() {
        var window = window(3)
        #expect(window.giveBack(returned("a")) { $0 >= 2 })
        #expect(window.giveBack(returned("b")) { $0 >= 2 })
        #expect(!window.giveBack(returned("c")) { $0 >= 2 })
        var marks: [String?] = []
        window.resolve(3, isMultiple: true, as: .confirmed) { marks.append($2?.messageID) }
        #expect(marks == [nil, "a", "b"])
    }

    @Test("the window is full at its capacity and has room again after a confirm, for any number of messages")
    func capacity() {
        var window = ConfirmWindow<Int>(capacity: 3)
        for number in 1...20_000 {
            #expect(window.hasRoom)
            window.append(number)
            guard number >= 3 else { continue }
            #expect(!window.hasRoom)
            window.resolve(UInt64(number - 2), isMultiple: false, as: .confirmed) { ticket, _, _ in
                #expect(ticket == number - 2)
            }
        }
        var left: [Int] = []
        window.removeAll { left.append($0) }
        #expect(left == [19_999, 20_000])
        #expect(window.count == 0)
    }
}
