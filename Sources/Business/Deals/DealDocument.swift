import Workers

/// A deal in a file: an event about one, or its bare data, for asking what it would do.
public enum DealDocument {
    /// What a published event in the company's own words or the `data` of one says, at whatever stage the sale is. Refuses
    /// with all findings, whose paths are those of an event.
    public static func deal(in body: [UInt8]) throws(Rejection) -> Deal {
        try deal(in: body, mappings: [], policies: .standard)
    }

    /// The same also of what sources send in their own words: `mappings` read it, as `policies` say. Gives up once `goesOn`,
    /// which is asked now and then, says no.
    public static func deal(
        in body: [UInt8], mappings: [any SourceMapping], policies: SourcePolicies,
        while goesOn: @escaping @Sendable () -> Bool = { true }
    ) throws(Rejection) -> Deal {
        let decoder = DealEventDecoder(triggers: .every, mappings: mappings).reading(by: policies).going(on: goesOn)
        guard case .object(let members) = try decoder.parse(body, Rejection.Trace()) else {
            throw Rejection(.wrongSchema, text: "should be an object", cure: "Give an event about a deal, or its data.")
        }
        let intake: Intake
        if members.first(named: "specversion") != nil {
            intake = try decoder.decode(body: body, routingKey: "\(text("source", members)).\(text("type", members))")
        } else {
            var reader = SchemaReader(limits: .standard)
            var trace = Rejection.Trace()
            trace.key = DealReader.key(in: .object(members))
            intake = try decoder.decodeDeal(.object(members), contract(of: members), .bare, &reader, trace)
        }
        guard case .handoff(let event) = intake else {
            throw Rejection(
                .unknownType, text: "is about no deal that could be planned", cure: "Give an event about a deal.")
        }
        return event.deal
    }

    private static func text(_ name: String, _ members: [JSON.Member]) -> String {
        guard case .string(let text)? = members.first(named: name) else { return "" }
        return text
    }

    /// Only the grouped contract has billing terms or a contract party.
    private static func contract(of members: [JSON.Member]) -> DealContract {
        let grouped = ["billingTerms", "contractParty", "contractType", "deliveryRegion", "projectManager"]
        return grouped.contains { members.first(named: $0) != nil } ? .v2 : .v1
    }
}

extension EnvelopeReader {
    /// Around data without an event.
    fileprivate static var bare: EnvelopeReader {
        guard let time = Timestamp(millisecondsSince1970: 0) else { preconditionFailure("1970 is in the calendar") }
        return EnvelopeReader(id: "-", source: "-", time: time, traceparent: nil, correlationID: nil)
    }
}
