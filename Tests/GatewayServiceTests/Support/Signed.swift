import Crypto
import Foundation
import Mappings
import Settings

@testable import GatewayService

/// Signs as the sources do.
enum Signed {
    static let secret = "a secret of some length"
    static let portal = 62_515

    static func hmac(_ bytes: [UInt8], _ secret: String = secret) -> String {
        let key = SymmetricKey(data: Array(secret.utf8))
        return Data(HMAC<SHA256>.authenticationCode(for: bytes, using: key)).base64EncodedString()
    }

    /// Headers of a DocuSign Connect message.
    static func docusign(_ body: [UInt8], secret: String = secret) -> [(String, String)] {
        [("content-type", "application/json"), ("X-DocuSign-Signature-1", hmac(body, secret))]
    }

    /// Headers of a HubSpot webhook for `url`, made `age` ago.
    static func hubspot(_ body: [UInt8], url: String, age: Duration = .zero) -> [(String, String)] {
        let time = String(Int64((Date().timeIntervalSince1970 - age / .seconds(1)) * 1000))
        let signature = hmac(Array("POST\(url)".utf8) + body + Array(time.utf8))
        return [
            ("content-type", "application/json"), ("X-HubSpot-Signature-v3", signature),
            ("X-HubSpot-Request-Timestamp", time),
        ]
    }

    /// Headers of a source that shows a secret.
    static func shown(_ type: String = "application/json", secret: String = secret) -> [(String, String)] {
        [("content-type", type), ("X-Webhook-Secret", secret)]
    }

    /// The message of an envelope that all have signed.
    static func envelope(
        _ envelope: String = "3fa85f64-5717-4562-b3fc-2c963f66afa6", opportunity: String = "006", retryCount: Int = 0
    ) -> [UInt8] {
        Array(
            """
            {"event":"envelope-completed","uri":"/restapi/v2.1","retryCount":\(retryCount),"configurationId":12345,\
            "apiVersion":"v2.1","generatedDateTime":"2026-11-20T10:00:00.0000000Z","data":{"accountId":"account-1",\
            "userId":"user-1","envelopeId":"\(envelope)","envelopeSummary":{"status":"completed",\
            "envelopeId":"\(envelope)","completedDateTime":"2026-11-20T09:59:58.000Z","customFields":\
            {"textCustomFields":[{"fieldId":"1","name":"OpportunityId","value":"\(opportunity)"}]}}}}
            """.utf8)
    }
}

extension Source {
    /// A source of a test.
    static func made(
        _ name: String, _ kind: SourceKind, place: SharedSecretVerification.Place = .header("X-Webhook-Secret"),
        organisations: Set<String> = [], publicURL: String? = nil, api: API? = nil
    ) -> Source {
        Source(
            name: name, kind: kind, secrets: [HiddenText(Signed.secret)], place: place, organisations: organisations,
            publicURL: publicURL, api: api)
    }
}
