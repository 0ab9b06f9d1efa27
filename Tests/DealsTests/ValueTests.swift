import Foundation
import Support
import Testing

@testable import Deals

@Suite("Money, dates and times are exact")
struct ValueTests {
    private let euro = Currency("EUR")
    private let yen = Currency("JPY")

    @Test("a currency knows its minor unit, and nothing but its three letters names it")
    func currency() {
        #expect(yen?.exponent == 0 && euro?.exponent == 2 && Currency("KWD")?.exponent == 3)
        for wrong in ["", "EU", "eur", "EURO", "XAU", "ZZZ", "\u{212A}WD", "EUR "] { #expect(Currency(wrong) == nil) }
    }

    @Test("money is written with its decimal places")
    func description() throws {
        let (euro, yen) = (try #require(euro), try #require(yen))
        let dinar = try #require(Currency("KWD"))
        #expect(Money(minorUnits: 1234, currency: euro).description == "12.34 EUR")
        #expect(Money(minorUnits: -5, currency: euro).description == "-0.05 EUR")
        #expect(Money(minorUnits: 1234, currency: yen).description == "1234 JPY")
        #expect(Money(minorUnits: 1, currency: dinar).description == "0.001 KWD")
        #expect(Money(minorUnits: .min, currency: euro).description == "-92233720368547758.08 EUR")
    }

    @Test("money neither overflows nor mixes currencies")
    func arithmetic() throws {
        let (euro, yen) = (try #require(euro), try #require(yen))
        let most = Money(minorUnits: .max, currency: euro)
        let one = Money(minorUnits: 1, currency: euro)
        #expect(throws: Money.Problem.overflow) { try most.adding(one) }
        #expect(throws: Money.Problem.overflow) { try Money(minorUnits: .min, currency: euro).subtracting(one) }
        #expect(throws: Money.Problem.currencies(euro, yen)) { try one.adding(.zero(yen)) }
        #expect(throws: Money.Problem.currencies(euro, yen)) { try one.subtracting(.zero(yen)) }
        #expect(try most.subtracting(one).adding(one) == most)
    }

    @Test("parts sum to the whole and differ by at most one unit, whatever is split")
    func split() throws {
        let euro = try #require(euro)
        #expect(Money(minorUnits: 10_000, currency: euro).split(into: 3).map(\.minorUnits) == [3333, 3333, 3334])
        #expect(Money(minorUnits: 10, currency: euro).split(into: 0).isEmpty)
        var random = Seeded.generator(for: "split")
        for _ in 0..<2000 {
            let whole = Int64.random(in: -9_007_199_254_740_991...9_007_199_254_740_991, using: &random)
            let parts = Money(minorUnits: whole, currency: euro).split(into: .random(in: 1...120, using: &random))
                .map(\.minorUnits)
            let (least, most) = (parts.min() ?? 0, parts.max() ?? 0)
            #expect(parts.reduce(0, +) == whole && most - least <= 1, "BATON_SEED=\(Seeded.seed) \(whole)")
        }
    }

    @Test("months are added from the first day, and a missing day becomes the month's last")
    func months() throws {
        let january = try #require(CalendarDate("2024-01-31"))
        let expected = ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-12-31", "2025-02-28"]
        #expect([0, 1, 2, 3, 11, 13].map { january.adding(months: $0)?.description } == expected)
        #expect(january.adding(months: -2)?.description == "2023-11-30")
        #expect(CalendarDate("9999-12-01")?.adding(months: 1) == nil)
        #expect(CalendarDate("0001-01-01")?.adding(months: -1) == nil)
        #expect(january.adding(months: .max) == nil && january.adding(months: .min) == nil)
    }

    @Test("days since 1970 agree with Foundation's calendar")
    func days() throws {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        var random = Seeded.generator(for: "days")
        for _ in 0..<2000 {
            // Foundation's calendar is Julian before 1582.
            let days = Int.random(in: -141_000...2_932_896, using: &random)
            let date = Date(timeIntervalSince1970: Double(days) * 86_400)
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            let ours = CalendarDate(daysSince1970: days)
            #expect(ours?.year == parts.year && ours?.month == parts.month && ours?.day == parts.day, "\(days)")
        }
        #expect(CalendarDate(daysSince1970: -719_162)?.description == "0001-01-01")
        #expect(CalendarDate(daysSince1970: -719_163) == nil && CalendarDate(daysSince1970: 2_932_897) == nil)
    }

    @Test("a moment becomes RFC 3339 text before and after 1970")
    func timestamps() {
        #expect(Timestamp(millisecondsSince1970: 0)?.description == "1970-01-01T00:00:00.000Z")
        #expect(Timestamp(millisecondsSince1970: -1)?.description == "1969-12-31T23:59:59.999Z")
        #expect(Timestamp(millisecondsSince1970: 1_774_949_400_412)?.description == "2026-03-31T09:30:00.412Z")
        #expect(Timestamp(millisecondsSince1970: .max) == nil && Timestamp(millisecondsSince1970: .min) == nil)
        #expect(Timestamp("2026-02-29T00:00:00Z") == nil && Timestamp("2024-02-29T00:00:00Z") != nil)
    }

    @Test("values come back from Codable, and wrong ones do not")
    func coding() throws {
        struct Values: Codable, Equatable {
            let date: CalendarDate
            let time: Timestamp
            let currency: Currency
        }
        let good = #"{"date":"2026-01-31","time":"2026-01-31T00:00:00Z","currency":"EUR"}"#
        let values = try JSONDecoder().decode(Values.self, from: Data(good.utf8))
        #expect(try JSONDecoder().decode(Values.self, from: JSONEncoder().encode(values)) == values)
        for (right, wrong) in [("-31\"", "-32\""), ("00Z", "00"), ("EUR", "XXX")] {
            let bad = Data(good.replacing(right, with: wrong).utf8)
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(Values.self, from: bad) }
        }
    }
}
