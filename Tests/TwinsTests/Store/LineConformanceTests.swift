import Sagas
import Support
import Testing
import Twins

@testable import Fleet

/// The line in which handoffs stand for their tickets, in every store: its window is two.
@Suite struct LineConformanceTests {
    @Test(
        "H11 a window of tickets is out, and each that is taken lets the oldest in line go", .timeLimit(.minutes(1)),
        arguments: StoreMaker.allCases)
    func window(maker: StoreMaker) async throws {
        try await maker.with { bench in
            for number in 1...5 {
                try await bench.move(by: .milliseconds(1))
                let answer = try await bench.admit(1, opportunity: "O-\(number)")
                #expect(answer.contains("to deal-events") == (number <= 2), "\(number): \(answer)")
            }
            #expect(try await bench.ticketsOut() == 2)
            #expect(try await bench.take("O-1/CT-1/1").hasSuffix("next [\"<O-3/CT-1/1> to deal-events\"]"))
            #expect(try await bench.take("O-1/CT-1/1") == "nothing")
            #expect(try await bench.ticketsOut() == 2, "one in, one out")
            #expect(try await bench.take("O-5/CT-1/1").contains(" next ") == false, "who stood in line makes no room")
            #expect(try await bench.take("O-2/CT-1/1").hasSuffix("next [\"<O-4/CT-1/1> to deal-events\"]"))
        }
    }

    @Test(
        "H11 a short wait does not cost the place in line", .timeLimit(.minutes(1)), arguments: StoreMaker.allCases)
    func shortWait(maker: StoreMaker) async throws {
        try await maker.with { bench in
            for number in 1...5 {
                try await bench.move(by: .milliseconds(1))
                try await bench.admit(1, opportunity: "O-\(number)")
            }
            try await bench.take("O-1/CT-1/1")
            let wait = OwnerWrite.Next.waiting(.init(cause: .unavailable(.throttled), time: .seconds(1)))
            try await bench.commit(wait)
            try await bench.move(by: .seconds(1))
            #expect(try await bench.sweep() == "[] overdue [] []", "2 and 3 are out: the window is full")
            let next = try await bench.take("O-2/CT-1/1")
            #expect(next.hasSuffix("next [\"<O-1/CT-1/1> to deal-events\"]"), "before 4 and 5: \(next)")
        }
    }

    @Test(
        "H11 a handoff that has begun goes before one that has not, however old", .timeLimit(.minutes(1)),
        arguments: StoreMaker.allCases)
    func begun(maker: StoreMaker) async throws {
        try await maker.with { bench in
            for number in 1...5 {
                try await bench.move(by: .milliseconds(1))
                try await bench.admit(1, opportunity: "O-\(number)")
            }
            try await bench.take("O-5/CT-1/1")
            let wait = OwnerWrite.Next.waiting(.init(cause: .unavailable(.failure), time: .seconds(1)))
            try await bench.commit(wait) { write, owner in
                write.plan(owner)
                write.change(owner.id, to: .intent)
            }
            try await bench.move(by: .seconds(1))
            #expect(try await bench.sweep() == "[] overdue [] []")
            let next = try await bench.take("O-1/CT-1/1")
            #expect(next.hasSuffix("next [\"<O-5/CT-1/1> to deal-events\"]"), "before 3 and 4: \(next)")
        }
    }

    @Test(
        "H11 who is handed over stands in the line of the next queue", .timeLimit(.minutes(1)),
        arguments: StoreMaker.allCases)
    func handedOver(maker: StoreMaker) async throws {
        try await maker.with { bench in
            let next = OwnerWrite.Next.ready(queue: "project-provisioning")
            for number in 1...4 {
                try await bench.move(by: .milliseconds(1))
                try await bench.admit(1, opportunity: "O-\(number)")
                try await bench.take("O-\(number)/CT-1/1")
                let answer = try await bench.commit(next) { $0.plan($1) }
                #expect(answer.contains("to project-provisioning") == (number <= 2), "\(number): \(answer)")
            }
            #expect(
                try await bench.take("O-2/CT-1/1", in: "project-provisioning").hasSuffix(
                    "next [\"<O-3/CT-1/1> to project-provisioning\"]"))
            try await bench.take("O-1/CT-1/1", in: "project-provisioning")
            try await bench.commit(.running(lease: .seconds(1)), in: "project-provisioning")
            #expect(try await bench.sweep() == "[] overdue [] []", "all that stood in line are out")
        }
    }

    @Test(
        "V4 a worker with room sees what stands in line, and what has waited for its ticket", .timeLimit(.minutes(1)),
        arguments: StoreMaker.allCases)
    func next(maker: StoreMaker) async throws {
        try await maker.with { bench in
            for number in 1...3 {
                try await bench.move(by: .milliseconds(1))
                try await bench.admit(1, opportunity: "O-\(number)")
            }
            #expect(
                try await bench.next() == #"["<O-1/CT-1/1>", "<O-2/CT-1/1>", "<O-3/CT-1/1>"]"#,
                "where events stand before tickets nobody waits for one")
            #expect(try await bench.next(2) == #"["<O-1/CT-1/1>", "<O-2/CT-1/1>"]"#)
            for number in 1...3 {
                try await bench.take("O-\(number)/CT-1/1")
                try await bench.commit(.ready(queue: "project-provisioning")) { $0.plan($1) }
            }
            let queue = "project-provisioning"
            #expect(
                try await bench.next(in: queue) == #"["<O-3/CT-1/1>"]"#, "the tickets of the others are on their way")
            try await bench.hurry("O-2/CT-1/1")
            #expect(try await bench.next(in: queue) == #"["<O-2/CT-1/1>", "<O-3/CT-1/1>"]"#, "and one is not")
            try await bench.move(by: .seconds(2))
            #expect(try await bench.next(in: queue) == #"["<O-1/CT-1/1>", "<O-2/CT-1/1>", "<O-3/CT-1/1>"]"#)
            #expect(try await bench.next(in: "billing-schedules") == "[]")
            try await bench.togglePause("queue")
            #expect(try await bench.next() == "[]")
        }
    }

    @Test(
        "V4 what a broker may have lost is due when its connection comes back", .timeLimit(.minutes(1)),
        arguments: StoreMaker.allCases)
    func reconnected(maker: StoreMaker) async throws {
        try await maker.with { bench in
            try await bench.admit(1, status: "received")
            _ = try await bench.receive()
            try await bench.move(by: .seconds(1))
            #expect(try await bench.sweep() == "[] overdue [] []")
            try await bench.hurry()
            #expect(try await bench.sweep(publishing: false) == "[] overdue [] []", "left to who can publish")
            let swept = try await bench.sweep()
            #expect(swept.contains("<O-1/CT-1/1> to deal-events"))
            #expect(swept.contains("status of O-1"))
            #expect(swept.contains("not_json"), "its copy is not confirmed")
        }
    }
}
