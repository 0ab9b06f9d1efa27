/// DocuSign Connect's signatures: base64 of HMAC-SHA256 over the raw body, one header for each key of the account.
///
/// While keys are exchanged several headers come along, and one that is right under one known key is enough. The body is
/// all that is signed and redeliveries come for days, so no window applies: the same envelope twice is one signature.
public struct DocuSignVerification: WebhookVerification {
    /// The headers' name but for their number, which counts from 1.
    public static let header = "X-DocuSign-Signature-"
    /// The highest number of a header: an account has at most 100 keys.
    public static let maximalKeys = 100

    private let keys: [Secret]

    /// Takes bodies signed with one of `keys`.
    public init(oneOf keys: [Secret]) {
        self.keys = keys
    }

    /// The signatures are made over the body.
    public var coversBody: Bool { true }

    /// Returns when there is a signature; the time plays no part.
    public func verifyHead(_ head: WebhookRequest, now: Duration) throws(WebhookRefusal) {
        _ = try signatures(of: head)
    }

    private func signatures(of request: WebhookRequest) throws(WebhookRefusal) -> [String] {
        let names = Set(
            (1...DocuSignVerification.maximalKeys).map { "\(DocuSignVerification.header)\($0)".lowercased() })
        let signatures = request.headers.filter { names.contains($0.name.lowercased()) }.map(\.value)
        guard !signatures.isEmpty else { throw .missing(DocuSignVerification.header + "1") }
        guard signatures.count <= DocuSignVerification.maximalKeys else {
            throw .ambiguous(DocuSignVerification.header + "1")
        }
        return signatures
    }

    /// Returns when one signature is right under one key; the time plays no part.
    public func verify(_ request: WebhookRequest, now: Duration) throws(WebhookRefusal) {
        let signatures = try signatures(of: request)
        var matches = 0
        for key in keys {
            let expected = key.signature(of: request.body)
            for signature in signatures where Secret.equal(expected, signature) { matches += 1 }
        }
        guard matches > 0 else { throw .wrongSignature }
    }
}
