/// Dataverse's webhook authentication: a static secret, where the registration says. There is no signature to check.
public enum DataverseVerification {
    /// The registration's authentication `WebhookKey`: the secret is the query's `code`.
    public static func webhookKey(oneOf secrets: [Secret]) -> SharedSecretVerification {
        SharedSecretVerification(in: .parameter("code"), oneOf: secrets)
    }

    /// The registration's authentication `HttpHeader`.
    public static func header(_ name: String, oneOf secrets: [Secret]) -> SharedSecretVerification {
        SharedSecretVerification(in: .header(name), oneOf: secrets)
    }

    /// The registration's authentication `HttpQueryString`.
    public static func queryString(_ name: String, oneOf secrets: [Secret]) -> SharedSecretVerification {
        SharedSecretVerification(in: .parameter(name), oneOf: secrets)
    }
}
