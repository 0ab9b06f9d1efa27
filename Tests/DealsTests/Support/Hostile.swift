/// What a mutation puts where something else was: values at every border of the contract and of JSON itself.
enum Hostile {
    static let tokens = [
        "null", "true", "false", "0", "-0", "-0.0", "1", "-1", "1.0", "0.1", "1e2", "1E-2", "1e400", "-1e400", "1e-400",
        "9007199254740991", "9007199254740992", "9007199254740993", "9007199254740991.0", "9007199254740991.4",
        "9007199254740990.6", "0.9999999999999999999", "4503599627370496.5", "99999999999999999999999999",
        "-9223372036854775808", "9223372036854775808", "100000000000000000000e-20", "NaN", "Infinity", "-Infinity",
        "nul", "01", "1.", ".5", "1e", "+1", "0x10", "'x'", "\"\"", "\" \"", "\"x\"", "[]", "{}", "[[]]", "[null]",
        "{\"\":0}", "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}", "{\"e\u{301}\":1,\"\u{e9}\":2}", "\"\\ud800\"",
        "\"\\udc00\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\ud83d\\u0041\"", "\"\\u0000\"", "\"\\u00g0\"", "\"\\x\"",
        "\"\\/\"", "\"a\nb\"", "\"\u{7f}\"", "\"1.0\"", "\"fixed_fee\"", "\"milestone\"", "\"approved\"", "\"EUR\"",
        "\"\u{212A}WD\"", "\"\\u212aWD\"", "\"eur\"", "\"XAU\"", "\"UYI\"", "\"deal.updated.v1\"",
        "\"deal.updated.v2\"",
        "\"deal.updated.v\"", "\"deal.cancelled.v1\"", "\"application/json\"", "\"application/xml\"", "\"a@b\"",
        "\"a@@b\"", "\"@\"",
        "\"a b@c\"",
        "\"https://x\"", "\"https://\"", "\"HTTP://x\"", "\"ftp://x\"", "\"javascript:x\"", "\"DE\"", "\"D\u{FF25}\"",
        "{\"model\":\"milestone\"}", "{\"model\":\"milestone\",\"installments\":\"x\"}", "{\"model\":\"fixed_fee\"}",
        "{\"model\":\"fixed_fee\",\"installments\":120}", "{\"model\":\"fixed_fee\",\"installments\":121.0}",
        "{\"model\":\"fixed_fee\",\"installments\":1.2e2}", "{\"installments\":3}",
        "{\"model\":\"time_and_materials\"}", "{\"model\":\"time_and_materials\",\"rateCard\":\"R\"}",
        "{\"model\":\"retainer\",\"every\":\"monthly\"}", "{\"model\":\"retainer\",\"rateCard\":\"R\"}",
        "{\"model\":\"subscription\",\"every\":\"weekly\"}", "{\"model\":\"own\"}",
        "{\"model\":\"own\",\"vendor\":1}", "{\"model\":\"partner\"}", "{\"model\":\"partner\",\"vendor\":\"V\"}",
        "{\"role\":\"billing\"}", "{\"role\":\"billing\",\"name\":\"N\"}", "{\"role\":\"sponsor\",\"name\":\"N\"}",
        "\"monthly\"", "\"email\"", "\"billing\"", "\"deal.updated.v3\"",
    ]
    static let names = [
        "specversion", "id", "source", "type", "time", "datacontenttype", "subject", "traceparent", "correlationid",
        "data", "data_base64", "opportunity", "contract", "version", "baseVersion", "reason", "stage", "link",
        "approval", "status", "approver",
        "approvedAt", "deliveryOwner", "name", "email", "legalEntity", "currency", "customer", "taxId", "country",
        "contractPeriod", "start", "end", "totalMinor", "lines", "number", "service", "description", "amountMinor",
        "billing", "model", "installments", "milestones", "line", "due", "paymentTermsDays", "projectManager",
        "contractParty", "deliveryRegion", "contractType", "sowHash", "pricing", "billingTerms", "terms",
        "invoiceDelivery", "purchaseOrder", "resourceDemand", "role", "hours", "parent", "billTo", "shipTo", "contacts",
        "taxRegistrations", "street", "city", "quantity", "thousandths", "unit", "unitPriceMinor", "delivery", "entity",
        "vendor", "rateCard", "every", "", "ID", "\u{212A}",
        "__proto__", "a\"b", "\u{1F600}",
    ]
    static let dates = [
        "2024-02-29", "2023-02-29", "1900-02-29", "2100-02-29", "2000-02-29", "1904-02-29", "2196-02-29", "2026-02-30",
        "1899-12-31", "1900-01-01", "2199-12-31", "2200-01-01", "0000-01-01", "2026-00-10", "2026-13-10", "2026-04-31",
        "2026-06-30", "2026-12-00", "2026-4-3", "20260403", "2026-04-03 ", "+2026-04-03", "\u{FF12}026-04-03",
        "202\u{0666}-04-03", "2026-04-03T00:00:00Z", "2026-04-03T23:59:59Z", "2026-04-03T24:00:00Z",
        "2026-04-03T23:60:00Z", "2026-04-03T23:59:60Z", "2026-04-03t00:00:00Z", "2026-04-03T00:00:00z",
        "2026-04-03 00:00:00Z", "2026-04-03T00:00:00", "2026-04-03T00:00Z", "2026-04-03T00:00:00.Z",
        "2026-04-03T00:00:00.1Z", "2026-04-03T00:00:00.123456789Z", "2026-04-03T00:00:00.1234567890Z",
        "2026-04-03T00:00:00,1Z", "2026-04-03T00:00:00+00:00", "2026-04-03T00:00:00-23:59", "2026-04-03T00:00:00+24:00",
        "2026-04-03T00:00:00+0000", "2026-04-03T00:00:00+00", "2026-04-03T00:00:00+00:60", "2026-02-29T00:00:00Z",
        "2024-02-29T00:00:00Z", "1900-01-01T00:00:00Z", "2200-01-01T00:00:00Z", "2026-04-03T00:00:00Z\\n",
        "2026-04-03\\n",
    ]
    static let fragments = [
        "\\n", "\\r\\n", "\\t", "\\u0000", "\\u001f", "\\u007f", "\\u0080", "\\u009f", "\\u00a0", "\\u2027", "\\u2028",
        "\\u202e", "\\u202f", "\\u2065", "\\u2066", "\\u2069", "\\u206a", "\\ufeff",
        "\u{7f}", "\u{80}", "\u{9f}", "\u{a0}", "\u{2028}", "\u{202B}", "\u{2067}", "\u{FEFF}", "\u{301}", "\u{212A}",
        "\u{37E}", "\u{1F600}",
        "\u{FF10}", "\u{10FFFF}", "\u{200D}", " ", "@", "/", "-", ".", ":", "#", "Z", "0", "\\\"", "\\\\", "\\/", "\"",
        "\\ud83d", "\\ude00", "\\ud83d\\ude00", "\\", "\n", "\t",
    ]
    static let lengths = [0, 1, 2, 3, 10, 20, 32, 35, 63, 64, 128, 200, 254, 256, 500, 512, 2048]
    static let bounds: [Int64] = [
        0, 1, 120, 365, 999_999, 2_147_483_647, 4_503_599_627_370_496, 9_007_199_254_740_991, 9_223_372_036_854_775_806,
        -9_223_372_036_854_775_807,
    ]

    /// The values on both sides of a field's own borders; at random, few mutations would ever meet them.
    static let borders: [String: [String]] = {
        let day = dates.prefix(26).map { "\"\($0)\"" }
        let moment = dates.dropFirst(24).map { "\"\($0)\"" }
        let amount = ["-1", "0", "-0.0", "9007199254740991", "9007199254740992", "9007199254740991.0", "1e-400", "0.5"]
        let word = [
            "\"\"", "\"a\"", "\"-a\"", "\"a-\"", "\"A.b_c-0\"", "\"a/b\"", "\"a#b\"", "\"a:b\"", "\"\u{e4}\"",
            "\"a b\"",
        ]
        let number = ["0", "1", "1.0", "999999", "1000000", "1e6", "1.5"]
        let email = ["a@b", "a@", "@b", "a@b@c", "a b@c", "a@b c", "a@b\\n", "\u{a0}@\u{a0}", "ab"].map { "\"\($0)\"" }
        return [
            "due": day, "start": day, "end": day, "time": moment, "approvedAt": moment, "totalMinor": amount,
            "amountMinor": amount, "number": number, "line": number, "email": email, "service": word,
            "legalEntity": word, "opportunity": word, "contract": word,
            "version": ["0", "1", "2147483647", "2147483648", "2147483647.0", "1e9", "1e10", "1.5"],
            "baseVersion": ["0", "1", "2147483647", "2147483648", "1.0", "2e0", "1.5", "null"],
            "paymentTermsDays": ["-1", "-0", "0", "365", "365.0", "365.5", "366", "3.65e2", "36600e-2"],
            "installments": ["0", "1", "120", "121", "120.0", "12.0e1", "0.5"],
            "currency": ["JPY", "KWD", "\u{212A}WD", "\\u212aWD", "XAU", "XXX", "eur", "EUR ", "EUR\\n", ""].map {
                "\"\($0)\""
            },
            "country": ["DE", "ZZ", "de", "D", "DEU", "DE\\n", "\u{FF24}E", "\u{212A}E"].map { "\"\($0)\"" },
            "source": ["a", "A", "1a", "a-", "a_", "a.b", "a\\n", "\u{212A}", ""].map { "\"\($0)\"" },
            "specversion": ["\"1.0\"", "1.0", "1", "\"1\"", "\"1.0.0\"", "\"1.0\\n\"", "\"\\u0031.0\""],
            "type": [
                "deal.updated.v1", "deal.updated.v10", "deal.updated.V1", "deal\\u002eupdated.v1", "deal.cancelled.v1",
            ].map {
                "\"\($0)\""
            },
            "correlationid": ["!", "~", " ", "a b", "\u{e9}", "\u{37E}", "\u{7f}"].map { "\"\($0)\"" },
            "link": ["http://x", "https://x", "https:/x", "https://", "https://x y", "https://\u{e9}"].map {
                "\"\($0)\""
            },
            "unitPriceMinor": amount, "discountMinor": amount, "thousandths": amount, "hours": number, "entity": word,
            "sowHash": [
                String(repeating: "0", count: 64), String(repeating: "f", count: 63),
                String(repeating: "a", count: 65), String(repeating: "A", count: 64),
                String(repeating: "g", count: 64), String(repeating: "9", count: 63) + "\\n",
                String(repeating: "0", count: 63) + "\u{FF10}",
            ].map { "\"\($0)\"" },
            "every": ["monthly", "quarterly", "yearly", "weekly", "Monthly", "monthly\\n"].map { "\"\($0)\"" },
            "role": ["billing", "sponsor", "delivery", "Billing", "billing\\n", "Architect"].map { "\"\($0)\"" },
            "invoiceDelivery": ["email", "portal", "post", "fax", "Email", "post "].map { "\"\($0)\"" },
            "model": [
                "time_and_materials", "retainer", "subscription", "managed_service", "own", "partner",
                "subcontractor", "fixed_fee", "milestone", "fixed-fee", "milestones", "fixed_fee\\n",
            ].map { "\"\($0)\"" },
        ]
    }()

    static let maximalLengths = [
        "id": 128, "source": 63, "subject": 256, "traceparent": 512, "correlationid": 128, "opportunity": 64,
        "contract": 64, "stage": 64, "link": 2048, "status": 64, "approver": 200, "name": 200, "email": 254,
        "legalEntity": 32, "entity": 32, "vendor": 200, "rateCard": 64, "terms": 64, "purchaseOrder": 64,
        "contractParty": 200, "deliveryRegion": 64, "contractType": 64, "street": 200, "city": 128, "postalCode": 32,
        "region": 64, "unit": 32, "priceList": 64, "role": 64, "skill": 64, "location": 64, "taxId": 64, "country": 2,
        "service": 64, "description": 500, "reason": 512,
    ]
}
