import Support
import Testing

@testable import Deals

@Suite("A decimal becomes whole units to its last digit, or says why not")
struct ExactDecimalTests {
    @Test("A9 a decimal amount becomes minor units exactly, whatever its zeros and its exponent")
    func exact() throws {
        let cases: [(String, Int, Int64)] = [
            ("1234.50", 2, 123_450), ("1234.5", 2, 123_450), ("0", 2, 0), ("-0.00", 2, 0),
            ("0e99999999999999999999", 2, 0),
            ("007.10", 2, 710), ("-12.34", 2, -1234), ("1.2340", 3, 1234), ("50000", 0, 50000), ("50000.000", 0, 50000),
            ("1.5e3", 0, 1500), ("150E-2", 1, 15), ("0.01", 2, 1), ("92233720368547758.07", 2, .max),
            ("-92233720368547758.08", 2, .min), ("1e+18", 0, 1_000_000_000_000_000_000),
        ]
        for (text, places, units) in cases {
            let decimal = try #require(ExactDecimal(text), "\(text)")
            #expect(try decimal.units(places: places) == units, "\(text)")
        }
    }

    @Test("A9 more decimals than the currency has are never rounded, and 64 bits are the limit on both sides")
    func refused() throws {
        for (text, places) in [("0.001", 2), ("1.005", 2), ("0.1", 0), ("1e-3", 2), ("1.00000000000000001", 2)] {
            #expect(throws: ExactDecimal.Problem.tooManyPlaces, "\(text)") {
                try #require(ExactDecimal(text)).units(places: places)
            }
        }
        for text in ["92233720368547758.08", "-92233720368547758.09", "1e18", "1e999999999999", "12345678901234567890"]
        {
            #expect(throws: ExactDecimal.Problem.tooLarge, "\(text)") {
                try #require(ExactDecimal(text)).units(places: 2)
            }
        }
    }

    @Test(
        "another way to write a number is none",
        arguments: [
            "", "-", ".5", "1.", "1,5", "1.234,50", "1 000", "+1", "0x10", "1e", "1e+", "NaN", "Infinity", "--1", "١",
        ])
    func others(text: String) {
        #expect(ExactDecimal(text) == nil)
    }

    @Test("an amount with places written out and read again is itself")
    func roundTrip() throws {
        var random = Seeded.generator(for: "decimals")
        for _ in 0..<2000 {
            let value = Int64.random(in: .min...(.max), using: &random) >> Int64.random(in: 0..<64, using: &random)
            let code = random.pick(["EUR", "JPY", "KWD"])
            let currency = try #require(Currency(code))
            let money = Money(minorUnits: value, currency: currency)
            let text = String(money.description.dropLast(4))
            let units = try #require(ExactDecimal(text)).units(places: currency.exponent)
            #expect(units == value, "BATON_SEED=\(Seeded.seed) \(text)")
        }
    }
}
