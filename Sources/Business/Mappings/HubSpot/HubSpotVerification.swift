/// HubSpot's signature v3: base64 of HMAC-SHA256 over method, address, raw body and time, under the app's client secret.
///
/// HubSpot's guide says to decode a list of escapes in the address before hashing, its own SDK hashes the address as it
/// came: both are taken, since either proves the secret.
public struct HubSpotVerification: WebhookVerification {
    /// The header with the signature.
    public static let signatureHeader = "X-HubSpot-Signature-v3"
    /// The header with the time of the request in milliseconds since 1970.
    public static let timeHeader = "X-HubSpot-Request-Timestamp"
    /// How far a request's time may be from ours, on either side: HubSpot says 300,000 ms.
    public static let window = Duration.milliseconds(300_000)

    private let secrets: [Secret]

    /// Takes requests signed with one of `secrets`; two are for the time while one replaces the other.
    public init(oneOf secrets: [Secret]) {
        self.secrets = secrets
    }

    /// The signature is made over the body too.
    public var coversBody: Bool { true }

    /// Returns when there is a signature and the request was made just now.
    public func verifyHead(_ head: WebhookRequest, now: Duration) throws(WebhookRefusal) {
        _ = try signatureAndTime(of: head, now: now)
    }

    private func signatureAndTime(
        of request: WebhookRequest, now: Duration
    ) throws(WebhookRefusal) -> (signature: String, time: String) {
        let signature = try request.onlyValue(of: HubSpotVerification.signatureHeader)
        let time = try request.onlyValue(of: HubSpotVerification.timeHeader)
        // Only digits: a sign or a plus would be another text with the same number.
        guard time.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let milliseconds = Int64(time)
        else { throw .unreadableTime(HubSpotVerification.timeHeader) }
        let age = now - .milliseconds(milliseconds)
        guard .zero - HubSpotVerification.window <= age, age <= HubSpotVerification.window else {
            throw .outsideWindow(HubSpotVerification.window)
        }
        return (signature, time)
    }

    /// Returns when the signature is right and the request was made just now.
    public func verify(_ request: WebhookRequest, now: Duration) throws(WebhookRefusal) {
        let (signature, time) = try signatureAndTime(of: request, now: now)
        let addresses = [Array(request.url.utf8), HubSpotVerification.decoded(request.url)]
        var matches = 0
        for secret in secrets {
            for address in addresses {
                let signed = Array(request.method.utf8) + address + request.body + Array(time.utf8)
                if Secret.equal(secret.signature(of: signed), signature) { matches += 1 }
            }
        }
        guard matches > 0 else { throw .wrongSignature }
    }

    /// The address with `: / ? @ ! $ ' ( ) * , ;` decoded, and no other escape.
    static func decoded(_ url: String) -> [UInt8] {
        Percent.decoded(url) { ":/?@!$'()*,;".utf8.contains($0) }
    }
}
