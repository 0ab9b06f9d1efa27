import Testing

@testable import Mappings

@Suite("A webhook is taken only from who holds the secret, and only while it is fresh")
struct WebhookVerificationTests {
    static let body = Array(#"[{"eventId":1,"objectId":123,"name":"Zürich"}]"#.utf8)
    static let url = "https://gateway.example.com/hubspot?hub=a%3Ab%2Fc&x=%20%26"
    static let time = "1767225600000"
    static let now = Duration.milliseconds(1_767_225_600_000)
    /// Computed with Python's hmac over the address as it came, and over the decoded one.
    static let signatures = [
        "gEZJo8UDOUavnJa4InRSy4Qtb0tluMCR7UvtrMaIY0Q=", "ImtcTG2uzp7RokrTzp2EFD4xfZUyJN0PLBQ41nHNdFU=",
    ]

    private func secret(_ text: String) throws -> Secret { try #require(Secret(text)) }

    private func refusal(
        _ verification: some WebhookVerification, _ request: WebhookRequest, now: Duration = now
    ) -> WebhookRefusal? {
        do {
            try verification.verify(request, now: now)
            return nil
        } catch {
            return error
        }
    }

    private func hubSpot(
        method: String = "POST", url: String = url, signature: String = signatures[0], time: String = time,
        body: [UInt8] = body
    ) -> WebhookRequest {
        WebhookRequest(
            method: method, url: url,
            headers: [("x-hubspot-signature-V3", signature), ("X-HubSpot-Request-Timestamp", time)], body: body)
    }

    @Test("L4 HubSpot's signature is taken over the address as it came and over the decoded one")
    func hubSpotSignature() throws {
        let verification = HubSpotVerification(oneOf: [try secret("other"), try secret("hs-secret")])
        for signature in Self.signatures { #expect(refusal(verification, hubSpot(signature: signature)) == nil) }
        #expect(refusal(HubSpotVerification(oneOf: [try secret("other")]), hubSpot()) == .wrongSignature)
        #expect(refusal(HubSpotVerification(oneOf: []), hubSpot()) == .wrongSignature)
        let escapes = "%3A%2f%3F%40%21%24%27%28%29%2A%2C%3B %20%26%25%3D%3a%"
        #expect(String(decoding: HubSpotVerification.decoded(escapes), as: UTF8.self) == ":/?@!$'()*,; %20%26%25%3D:%")
    }

    @Test("L4 a signature holds within 300 seconds on both sides of now and not a millisecond longer")
    func hubSpotWindow() throws {
        let verification = HubSpotVerification(oneOf: [try secret("hs-secret")])
        for (distance, isTaken) in [(300_000, true), (300_001, false), (-300_000, true), (-300_001, false)] {
            let now = Self.now + .milliseconds(distance)
            let expected: WebhookRefusal? = isTaken ? nil : .outsideWindow(.seconds(300))
            #expect(refusal(verification, hubSpot(), now: now) == expected, "\(distance)")
        }
        for time in ["", "+1767225600000", "-1", "1e12", "99999999999999999999", "1767225600000 "] {
            #expect(refusal(verification, hubSpot(time: time))?.isAboutTime == true, "\(time)")
        }
    }

    @Test("L4 any changed byte of method, address, time, body or signature is refused")
    func hubSpotTampering() throws {
        let verification = HubSpotVerification(oneOf: [try secret("hs-secret")])
        for index in Self.body.indices {
            var body = Self.body
            body[index] ^= 1
            #expect(refusal(verification, hubSpot(body: body)) == .wrongSignature)
        }
        #expect(refusal(verification, hubSpot(body: Self.body + [0x20])) == .wrongSignature)
        #expect(refusal(verification, hubSpot(body: Self.body.dropLast())) == .wrongSignature)
        #expect(refusal(verification, hubSpot(method: "PUT")) == .wrongSignature)
        #expect(refusal(verification, hubSpot(url: Self.url + "&")) == .wrongSignature)
        #expect(refusal(verification, hubSpot(time: "1767225600001")) == .wrongSignature)
        for index in Self.signatures[0].utf8.indices {
            var signature = Array(Self.signatures[0].utf8)
            signature[Self.signatures[0].utf8.distance(from: Self.signatures[0].utf8.startIndex, to: index)] ^= 1
            let changed = String(decoding: signature, as: UTF8.self)
            #expect(refusal(verification, hubSpot(signature: changed)) == .wrongSignature)
        }
        let twice = WebhookRequest(
            method: "POST", url: Self.url, headers: hubSpot().headers + hubSpot(signature: "x").headers,
            body: Self.body)
        #expect(refusal(verification, twice) == .ambiguous("X-HubSpot-Signature-v3"))
        let none = WebhookRequest(method: "POST", url: Self.url, headers: [], body: Self.body)
        #expect(refusal(verification, none) == .missing("X-HubSpot-Signature-v3"))
    }

    @Test("L4 DocuSign's body is taken when any of its signatures is right under any key")
    func docuSign() throws {
        let right = ["w+N3pkW+5BesFbtBdcZS2jWrE5pnnFECWnZhxU/9vBQ=", "PY6t0gjSxCdma9LbVU6aovYrrWRHNAyOG2FkbnTW2O8="]
        func request(_ signatures: [(Int, String)], body: [UInt8] = Self.body) -> WebhookRequest {
            WebhookRequest(
                method: "POST", url: "https://gateway.example.com/docusign",
                headers: signatures.map { ("x-docusign-signature-\($0.0)", $0.1) }, body: body)
        }
        let verification = DocuSignVerification(oneOf: [try secret("ds-key-0"), try secret("ds-key-2")])
        #expect(refusal(verification, request([(1, right[0]), (2, right[1])])) == nil)
        #expect(refusal(verification, request([(1, right[0]), (100, right[1])])) == nil)
        #expect(refusal(verification, request([(1, right[0])])) == .wrongSignature)
        #expect(refusal(verification, request([(101, right[1])])) == .missing("X-DocuSign-Signature-1"))
        #expect(refusal(verification, request([(0, right[1])])) == .missing("X-DocuSign-Signature-1"))
        #expect(refusal(verification, request([])) == .missing("X-DocuSign-Signature-1"))
        for index in Self.body.indices {
            var body = Self.body
            body[index] ^= 0x80
            #expect(refusal(verification, request([(1, right[1])], body: body)) == .wrongSignature)
        }
        // A redelivery of days later is as genuine as the first delivery.
        #expect(refusal(verification, request([(1, right[1])]), now: Self.now + .seconds(1_209_600)) == nil)
    }

    @Test("L4 a shared secret is taken from the place that was agreed, and only there")
    func sharedSecret() throws {
        let secrets = [try secret("a/b+c"), try secret("old")]
        func request(url: String = "https://g.example.com/d", _ headers: [(String, String)] = []) -> WebhookRequest {
            WebhookRequest(method: "POST", url: url, headers: headers.map { ($0.0, $0.1) }, body: [])
        }
        let key = SharedSecretVerification(in: .parameter("code"), oneOf: secrets)
        #expect(refusal(key, request(url: "https://g.example.com/d?x=1&code=a%2Fb+c#f")) == nil)
        #expect(refusal(key, request(url: "https://g.example.com/d?code=old")) == nil)
        for wrong in ["a%2Fb+", "a%2Fb+cc", "A%2Fb+c", "", "%ff"] {
            #expect(refusal(key, request(url: "https://g.example.com/d?code=\(wrong)")) != nil, "\(wrong)")
        }
        #expect(refusal(key, request(url: "https://g.example.com/d?Code=old")) == .missing("parameter code"))
        #expect(
            refusal(key, request(url: "https://g.example.com/d?code=old&code=x")) == .ambiguous("parameter code"))
        #expect(refusal(key, request([("code", "old")])) == .missing("parameter code"))
        let header = SharedSecretVerification(in: .header("X-Key"), oneOf: secrets)
        #expect(refusal(header, request([("x-key", "old")])) == nil)
        #expect(refusal(header, request([("x-key", "old ")])) == .wrongSecret)
        #expect(refusal(header, request()) == .missing("X-Key"))
        let query = SharedSecretVerification(in: .parameter("k"), oneOf: secrets)
        #expect(refusal(query, request(url: "https://g.example.com/d?k=old")) == nil)
        #expect(refusal(SharedSecretVerification(in: .header("X-Key"), oneOf: []), request([("X-Key", "")])) != nil)
    }

    @Test("SEC-F11 what the head alone shows to be forged is refused before a byte of the body")
    func heads() throws {
        func refusal(_ verification: some WebhookVerification, _ head: WebhookRequest) -> WebhookRefusal? {
            do {
                try verification.verifyHead(head, now: Self.now)
                return nil
            } catch {
                return error
            }
        }
        func head(_ headers: [(String, String)]) -> WebhookRequest {
            WebhookRequest(
                method: "POST", url: Self.url, headers: headers.map { (name: $0.0, value: $0.1) }, body: [])
        }
        let shared = SharedSecretVerification(in: .header("X-Key"), oneOf: [try secret("right")])
        #expect(!shared.coversBody)
        #expect(refusal(shared, head([("x-key", "right")])) == nil)
        #expect(refusal(shared, head([("x-key", "wrong")])) == .wrongSecret)
        #expect(refusal(shared, head([])) == .missing("X-Key"))
        let hubSpot = HubSpotVerification(oneOf: [try secret("hs-secret")])
        let stale = self.hubSpot(time: "1767225000000")
        #expect(hubSpot.coversBody)
        #expect(refusal(hubSpot, self.hubSpot(body: [])) == nil)
        #expect(refusal(hubSpot, stale) == .outsideWindow(.seconds(300)))
        #expect(refusal(hubSpot, head([])) == .missing("X-HubSpot-Signature-v3"))
        let docuSign = DocuSignVerification(oneOf: [try secret("ds-key-0")])
        #expect(docuSign.coversBody)
        #expect(refusal(docuSign, head([("x-docusign-signature-1", "anything")])) == nil)
        #expect(refusal(docuSign, head([])) == .missing("X-DocuSign-Signature-1"))
    }

    @Test("no secret shows when it is printed, and an empty one is none")
    func printing() throws {
        let secret = try secret("very-secret-1234567")
        var dumped = ""
        dump(secret, to: &dumped)
        let shared = SharedSecretVerification(in: .header("X"), oneOf: [secret])
        for text in ["\(secret)", String(reflecting: secret), dumped, "\(shared)", String(reflecting: shared)] {
            #expect(!text.contains("1234567"))
        }
        #expect(Secret("") == nil)
    }
}

extension WebhookRefusal {
    fileprivate var isAboutTime: Bool {
        switch self {
        case .unreadableTime, .outsideWindow: true
        default: false
        }
    }
}
