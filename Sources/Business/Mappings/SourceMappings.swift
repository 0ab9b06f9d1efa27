import Deals

/// Every mapping there is.
public enum SourceMappings {
    /// One mapping for each type of event, in the order of their names.
    public static func all(_ settings: MappingSettings = .standard) -> [any SourceMapping] {
        [
            CPQQuote(settings), DocuSignEnvelope(settings), DynamicsExecutionContext(settings), HubSpotDeal(settings),
            SalesforceChange(settings), SalesforceOutboundMessage(settings), SalesforcePlatformEvent(settings),
        ] + UnreadEntry.types.map(UnreadEntry.init)
    }

    /// The fields that the mapping of this type reads without settings; nil for a type that has none.
    public static func defaultFields(of type: String) -> FieldMap? { SourceDefaults.all[type]?.fields }
}
