import Testing
import Workers

@Suite struct BackoffTests {
    private let backoff = Backoff(base: .seconds(2), cap: .seconds(300), attempts: 16)

    @Test("H3 the back-off doubles from its base and stays at its cap, on both sides of it")
    func ceilings() {
        let ceilings = (1...9).map { backoff.ceiling(afterFailures: $0) }
        let expected: [Duration] = [2, 4, 8, 16, 32, 64, 128, 256, 300].map { Duration.seconds($0) }
        #expect(ceilings == expected)
        #expect(backoff.ceiling(afterFailures: 16) == .seconds(300))
        #expect(backoff.ceiling(afterFailures: .max) == .seconds(300), "no count of failures overflows it")
        #expect(backoff.ceiling(afterFailures: 0) == .seconds(2), "less than one failure counts as one")
        #expect(backoff.ceiling(afterFailures: -5) == .seconds(2))
    }

    @Test("H3 equal jitter: half the ceiling at fraction 0, the ceiling at 1, three quarters between")
    func jitter() {
        for failures in 1...16 {
            let ceiling = backoff.ceiling(afterFailures: failures)
            #expect(backoff.wait(afterFailures: failures, fraction: 0) == ceiling / 2)
            #expect(backoff.wait(afterFailures: failures, fraction: 0.5) == ceiling / 2 + ceiling / 4)
            #expect(backoff.wait(afterFailures: failures, fraction: 1) == ceiling)
        }
    }

    @Test("H3 no fraction leaves the bounds, not even one that is no fraction")
    func bounds() {
        let fractions: [Double] = [-1, -0.000_1, 0, 0.000_1, 0.25, 0.999_9, 1, 1.5, .infinity, -.infinity]
        for fraction in fractions {
            for failures in [1, 7, 8, 9, 40] {
                let wait = backoff.wait(afterFailures: failures, fraction: fraction)
                let ceiling = backoff.ceiling(afterFailures: failures)
                #expect(wait >= ceiling / 2 && wait <= ceiling, "\(fraction) after \(failures): \(wait)")
            }
        }
    }

    @Test("H3 a cap below the base is a cap all the same")
    func lowCap() {
        let flat = Backoff(base: .seconds(10), cap: .seconds(3), attempts: 2)
        #expect(flat.wait(afterFailures: 1, fraction: 1) == .seconds(3))
        #expect(flat.wait(afterFailures: 5, fraction: 0) == .milliseconds(1500))
    }

    @Test("attempts are used up with the last that the policy allows, not before it")
    func attempts() {
        #expect(!backoff.isUsedUp(afterFailures: 15))
        #expect(backoff.isUsedUp(afterFailures: 16))
        #expect(backoff.isUsedUp(afterFailures: 17))
    }
}
