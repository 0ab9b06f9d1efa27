/// An active currency of ISO 4217, with the number of decimal places of its minor unit.
public struct Currency: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The three letters, such as `EUR`.
    public let code: String
    /// The decimal places of the minor unit: 2 for USD, 0 for JPY, 3 for KWD.
    public let exponent: Int

    /// Finds an active currency by its three capital letters.
    public init?(_ code: String) {
        // Only bytes decide: a dictionary of strings would find KWD under a Kelvin sign.
        guard code.utf8.count == 3, code.utf8.allSatisfy({ UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }),
            let exponent = Currency.exponents[code]
        else { return nil }
        self.code = code
        self.exponent = exponent
    }

    /// Reads the code; fails for a currency that is not active.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let currency = Currency(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an active ISO 4217 currency")
        }
        self = currency
    }

    /// Writes the code.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(code)
    }

    /// The code.
    public var description: String { code }

    /// Every code that the contract takes, sorted.
    public static var codes: [String] { exponents.keys.sorted() }

    // Active national currencies; no fund codes, metals or test codes. The schema's enumeration is held equal by a test.
    private static let exponents: [String: Int] = {
        let places: [(Int, String)] = [
            (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
            (3, "BHD IQD JOD KWD LYD OMR TND"),
            (
                2,
                """
                AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP \
                CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS \
                INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN \
                MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE \
                SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR \
                ZMW ZWG
                """
            ),
        ]
        var table: [String: Int] = [:]
        for (exponent, codes) in places {
            for code in codes.split(separator: " ") { table[String(code)] = exponent }
        }
        return table
    }()
}
