import Testing

@testable import RabbitMQ

@Suite struct BackoffTests {
    @Test("pauses double up to the longest, half of each left to chance, and begin anew after a connection that held")
    func growth() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            var backoff = Backoff(longest: .seconds(15))
            for ceiling in [1.0, 2, 4, 8, 15, 15] {
                let pause = backoff.pause(afterLifetime: nil, using: &generator)
                #expect(pause >= .seconds(ceiling / 2) && pause <= .seconds(ceiling))
            }
            #expect(backoff.pause(afterLifetime: .seconds(1), using: &generator) > .seconds(7))
            #expect(backoff.pause(afterLifetime: .seconds(60), using: &generator) <= .seconds(1))
        }
    }

    @Test("T14 two rounds of attempts never begin within one second")
    func pacing() {
        let backoff = Backoff(longest: .seconds(15))
        let now = ContinuousClock.now
        #expect(
            backoff.earliest(now: now, pause: .zero, lastRound: now - .milliseconds(300)) == now + .milliseconds(700))
        #expect(backoff.earliest(now: now, pause: .seconds(2), lastRound: now) == now + .seconds(2))
    }
}
