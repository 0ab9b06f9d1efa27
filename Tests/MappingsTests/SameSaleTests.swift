import Testing

@testable import Deals
@testable import Mappings

@Suite("One sale is one deal, whichever source says it")
struct SameSaleTests {
    @Test("B1 the same sale from Salesforce, Dynamics and HubSpot is the same canonical bytes")
    func equalBytes() throws {
        let first = try Sample.platformEvent.deal()
        for sample in Sample.ofCRMs {
            let deal = try sample.deal()
            #expect(
                deal.canonicalBytes == first.canonicalBytes,
                "\(sample.name): \(String(decoding: deal.canonicalBytes, as: UTF8.self))")
        }
        // A quote stands at a stage of its own, and is the same content.
        #expect(try Sample.cpq.deal().contentHash == first.contentHash)
    }

    @Test("B1 the deal has every group of the canonical model, read to its last cent, day and name")
    func everyGroup() throws {
        let deal = try Sample.hubSpot.deal()
        #expect(deal.key.description == "OPP-2026-0815/C-2026-0815/1")
        #expect(deal.total.description == "204500.50 EUR")
        #expect(deal.customer.id == "ACME-1001" && deal.customer.parent?.name == "Müller Holding SE")
        #expect(deal.customer.billTo?.street == "Hauptstraße 1, Haus B" && deal.customer.shipTo?.country == "AT")
        #expect(deal.customer.contacts.map(\.role) == [.billing, .sponsor])
        #expect(deal.customer.contacts.map(\.name) == ["Ben Rechnung", "Klara Öztürk"])
        #expect(deal.customer.taxRegistrations.map(\.country) == ["AT", "DE"])
        #expect(deal.contractPeriod.start.description == "2026-06-01")
        #expect(deal.contractPeriod.end.description == "2027-05-31")
        #expect(deal.approval?.approvedAt?.description == "2026-05-04T07:21:09.000Z")
        #expect(deal.lines.map(\.number) == [1, 2, 3, 4])
        #expect(
            deal.lines.map(\.billing) == [
                .fixedFee(installments: 6), .timeAndMaterials(rateCard: "EU-STD-2026"),
                .managedService(every: .monthly),
                .milestone,
            ])
        #expect(deal.lines.map(\.amountMinor) == [8_450_050, 4_000_000, 6_000_000, 2_000_000])
        #expect(deal.lines.map { $0.quantity?.thousandths } == [1000, 250_000, 12_000, 1500])
        #expect(deal.lines.map(\.unitPriceMinor) == [8_450_050, 16_000, 500_000, nil])
        #expect(deal.lines.map { $0.delivery?.model } == [nil, .subcontractor, .own, nil])
        #expect(deal.milestones.map(\.amountMinor) == [800_000, 1_200_000])
        #expect(deal.pricing == Deal.Pricing(priceList: "Standard 2026", discountMinor: 549_950))
        #expect(
            deal.billingTerms
                == Deal.BillingTerms(terms: "NET30", invoiceDelivery: .email, purchaseOrder: "4500012345"))
        #expect(deal.resourceDemand.map(\.hours) == [320, nil])
        #expect(deal.sowHash?.count == 64 && deal.contractType == "sow" && deal.deliveryRegion == "DACH")
    }

    @Test("A16 what the contract does not name stays in the source, but for the link that is set for it")
    func onlyWhatIsNeeded() throws {
        for sample in Sample.ofDeals {
            let text = String(decoding: try sample.deal().canonicalBytes, as: UTF8.self)
            for word in ["stay in the CRM", "Nobody", "Training", "S/4 migration", "006ak", "\"Id\"", "attributes"] {
                #expect(!text.contains(word), "\(sample.name): \(word)")
            }
        }
        let links = [
            (Sample.change, SalesforceChange.type, "https://x.example/006ak00000OQ4RxAAL"),
            (Sample.dynamics, DynamicsExecutionContext.type, "https://x.example/1c2f9c56-9a47-f111-a813-000d3a1b1223"),
            (Sample.hubSpot, HubSpotDeal.type, "https://x.example/17654321098"),
        ]
        for (sample, type, link) in links {
            let settings = try MappingSettings(sources: [type: SourceSettings(link: "https://x.example/{id}")])
            #expect(try sample.deal(by: settings).link == link)
        }
    }

    @Test("L6 there is a mapping with a published sample event for each CRM, CPQ and signature service")
    func mappings() throws {
        let types = SourceMappings.all().map(\.type)
        #expect(Set(types).count == types.count)
        for type in types where !UnreadEntry.types.contains(type) {
            #expect(try Sample.all.contains { try $0.event().member("type") == .string(type) }, "\(type)")
        }
        for sample in Sample.ofDeals { #expect(throws: Never.self) { try sample.deal() } }
    }

    @Test("L6 the SOAP text of an outbound message is the same event as the data that is read out of it")
    func outboundMessage() throws {
        let xml = try Sample.bytes("salesforce-outbound-message.xml")
        let message = try OutboundMessage(xml: xml)
        let data = try #require(try Sample.outboundMessage.event().member("data"))
        #expect(message.notifications.map(\.data) == [data])
        let text = try Sample.outboundMessage.deal(["data": .string(String(decoding: xml, as: UTF8.self))])
        #expect(try text == Sample.change.deal())
    }

    @Test("A1 each source's own stages start a handoff, and an event at another is ignored with the reason")
    func stages() throws {
        // Where the stage is, one that starts nothing, and an amount.
        let places: [(Sample, String, JSON, String)] = [
            (.platformEvent, "data.payload.Baton_Stage__c", .string("Negotiation"), "data.payload.Baton_Total__c"),
            (.change, "data.record.StageName", .string("Negotiation"), "data.record.Amount"),
            (.outboundMessage, "data.sObject.StageName", .string("Negotiation"), "data.sObject.Amount"),
            (.dynamics, "data.record.statecode", .integer(0), "data.record.totalamount"),
            (.hubSpot, "data.deal.properties.dealstage", .string("1234567"), "data.deal.properties.amount"),
            (.cpq, "data.SBQQ__Status__c", .string("In Review"), "data.SBQQ__NetAmount__c"),
        ]
        // Where else an event says the stage; all of it has to agree before it is nothing.
        let elsewhere = [
            "salesforce-change": ["data.StageName"], "hubspot-deal": ["data.event.propertyValue"],
            "dynamics-execution-context": [
                "data.PostEntityImages.0.value.Attributes.2.value.Value",
                "data.InputParameters.0.value.Attributes.0.value.Value",
            ],
        ]
        for (sample, path, other, amount) in places {
            let source = String(sample.name.prefix { $0 != "-" })
            let ignored = "the stage starts no handoff for source \(source)"
            let said = Dictionary(
                uniqueKeysWithValues: ([path] + (elsewhere[sample.name] ?? [])).map { ($0, JSON?.some(other)) })
            #expect(try sample.reason(said) == ignored)
            // Before the sale much is not filled that a handoff needs, or only roughly, and that is no mistake.
            #expect(try sample.reason(said.merging([amount: nil]) { $1 }) == ignored)
            #expect(
                try sample.reason(said.merging([amount: .string("about 200k")]) { $1 }) == ignored, "\(sample.name)")
            #expect(try sample.rejection([amount: .string("about 200k")])?.incidentClass == .wrongSchema)
            let triggers = try TriggerStages(parsing: "\(source)=Negotiation,1234567,In Review,Open;*=nothing")
            #expect(try sample.deal([path: other], at: triggers).lines.count == 4)
            #expect(try sample.reason(at: TriggerStages(parsing: "\(source)=nothing")) == ignored)
        }
    }

    @Test("A1 stages are those of the source that the event names, whichever system it is")
    func stagesOfNamedSource() throws {
        for (sample, path, word) in [
            (Sample.hubSpot, "data.deal.properties.dealstage", "hubspot"),
            (.change, "data.record.StageName", "salesforce"), (.cpq, "data.SBQQ__Status__c", "cpq"),
        ] {
            let named: [String: JSON?] = ["source": .string("emea"), path: .string("Countersigned")]
            let own = try TriggerStages(parsing: "emea=Countersigned;\(word)=nothing")
            #expect(try sample.deal(named, at: own).lines.count == 4, "\(word)")
            let others = try TriggerStages(parsing: "emea=nothing;\(word)=Countersigned")
            #expect(try sample.reason(named, at: others) == "the stage starts no handoff for source emea", "\(word)")
        }
    }

    @Test("A1 a quote that is still worked on is ignored, though its total lags behind its lines")
    func unfinishedQuote() throws {
        let draft: [String: JSON?] = ["data.SBQQ__Status__c": .string("Draft"), "data.SBQQ__NetAmount__c": .integer(1)]
        #expect(try Sample.cpq.reason(draft) == "the stage starts no handoff for source cpq")
    }

    @Test("A4 what is missing in the source is told at once, by the contract's names and owners")
    func missing() throws {
        let rejection = try #require(
            try Sample.hubSpot.rejection([
                "data.deal.properties.baton_delivery_region": .string("  "),
                "data.deal.properties.baton_project_manager_name": nil,
                "data.deal.properties.baton_project_manager_email": nil, "data.lineItems.2.properties.hs_sku": .null,
                "data.deal.properties.baton_contract": nil,
            ]))
        #expect(rejection.incidentClass == .mandatoryMissing)
        #expect(
            Set(rejection.findings.map(\.path)) == [
                "$.data.deliveryRegion", "$.data.projectManager", "$.data.lines[2].service", "$.data.contract",
            ])
    }

    @Test("A4 beside what cannot be read, what is missing is told in the source's own places")
    func everythingAtOnce() throws {
        let rejection = try #require(
            try Sample.hubSpot.rejection([
                "data.deal.properties.amount": .string("1.234,50"),
                "data.deal.properties.baton_delivery_region": nil,
                "data.lineItems.1.properties.amount": .string("40000.001"),
                "data.lineItems.2.properties.baton_model": .string("barter"),
                "data.company.properties.hs_country_code": nil,
                "data.deal.properties.baton_contract_period_start": .string("1780272000001"),
                "data.deal.properties.baton_milestones": .string("[{"),
            ]))
        #expect(rejection.incidentClass == .wrongSchema)
        #expect(
            Set(rejection.findings.map(\.path)) == [
                "$.data.deal.properties.amount", "$.data.lineItems[1].properties.amount",
                "$.data.lineItems[2].properties.baton_model", "$.data.company.properties.country",
                "$.data.deal.properties.baton_contract_period_start", "$.data.deal.properties.baton_milestones",
                "$.data.deal.properties.baton_delivery_region",
            ])
        #expect(!rejection.findings.contains { $0.text.contains("1.234") || $0.text.contains("barter") })
    }

    @Test("A9 an amount is exact however a source writes it, and never rounded")
    func amounts() throws {
        let path = "data.payload.Baton_Total__c"
        for text in ["204500.5", "204500.500", "2045005e-1", "2.045005E5"] {
            let number = try #require(JSON.Number(text))
            #expect(try Sample.platformEvent.deal([path: .number(number)]).totalMinor == 20_450_050, "\(text)")
            #expect(try Sample.platformEvent.deal([path: .string(" \(text) ")]).totalMinor == 20_450_050, "\(text)")
        }
        for (text, problem) in [
            ("204500.501", "has more decimals than the 2 of the currency"),
            ("204500.50000000000000001", "has more decimals than the 2 of the currency"),
            ("-0.01", "is below zero"), ("90071992547409.92", "is too large"), ("1e99", "is too large"),
        ] {
            let number = try #require(JSON.Number(text))
            for json in [JSON.number(number), .string(text)] {
                let rejection = try #require(try Sample.platformEvent.rejection([path: json]))
                #expect(rejection.findings.map(\.text) == [problem], "\(text)")
                #expect(rejection.findings.map(\.path) == ["$.data.payload.Baton_Total__c"])
            }
        }
        let yen = try #require(try Sample.platformEvent.rejection(["data.payload.Baton_Currency__c": .string("JPY")]))
        #expect(yen.findings.contains { $0.text == "has more decimals than the 0 of the currency" })
        let none = try #require(try Sample.platformEvent.rejection(["data.payload.Baton_Currency__c": nil]))
        #expect(none.findings.map(\.text) == ["is missing, and without a currency no amount can be read"])
    }
}
