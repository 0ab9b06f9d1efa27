extension SourceDefaults {
    /// The names of the envelope's custom fields: `OpportunityId` and `SowHash`.
    static let docuSign = SourceDefaults(
        fields: FieldMap([.opportunity: "OpportunityId", .sowHash: "SowHash"]) { $0.rawValue },
        identify: salesforceIdentity)
}
