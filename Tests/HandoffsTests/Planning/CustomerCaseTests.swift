import Catalogs
import Connectors
import Deals
import Sagas
import Support
import Testing
import Twins
import Workers

@testable import Handoffs

/// When two names or numbers are one customer, which is surely so, and which is a question.
@Suite struct CustomerCaseTests {
    @Test("CASE-K10 names that are equal without words that say nothing are a question, and never linked in silence")
    func legalForms() async throws {
        let desk = try PlanningDesk()
        var asked: [String] = []
        for name in try CaseFile.names(in: "legal-forms") {
            let deal = try DealDocument.deal(in: data(name))
            let document = try await desk.plan(deal)
            if let plan = document.plan {
                #expect(plan.customer.decision == .create, "\(deal.customer.name)")
            } else {
                #expect(document.classes == [.duplicateCustomer])
                asked.append(deal.customer.name)
            }
            _ = desk.customer(deal.customer.name, entity: "DE01", country: deal.customer.country)
        }
        #expect(asked == ["SA Nordhang Netze GmbH", "K Fernbach Logistik GmbH", "Lindmoor GmbH"])
    }

    @Test("CASE-K10 the whole name links in its own country alone; an unknown country, word order and marks are asked")
    func countries() async throws {
        let cases: [(String, String?, String)] = [
            ("Nordwind Energie AG", "DE", "link"), ("NORDWIND  ENERGIE AG", "DE", "link"),
            ("Nordwind Energie AG", nil, "ask"), ("Nordwind Energie AG", "AT", "new"),
            ("Nordwind Energie GmbH", "DE", "ask"), ("Energie Nordwind AG", "DE", "ask"),
            ("Nord-Wind Energie AG", "DE", "ask"), ("Nordwind Energie A.G.", "DE", "ask"),
            ("Nordwint Energie AG", "DE", "ask"), ("Südwind Energie AG", "DE", "new"),
        ]
        for (name, country, outcome) in cases {
            let desk = try PlanningDesk()
            let id = desk.customer(name, country: country)
            #expect(try await self.outcome(of: "Nordwind Energie AG", at: desk, known: id) == outcome, "\(name)")
        }
        for (rule, outcome) in [(false, "ask"), (true, "new")] {
            let desk = try PlanningDesk { $0.matchRules = [Self.rules($0, sameCountry: rule)] }
            let id = desk.customer("Nordwind Energie AG", country: "AT")
            #expect(try await self.outcome(of: "Nordwind Energie AG", at: desk, known: id) == outcome)
        }
    }

    @Test("CASE-K10 a company that decides otherwise says so in its match rules")
    func rules() async throws {
        for (decides, whole, significant) in [
            (MatchRules.NameDecides.never, "ask", "ask"), (.wholeName, "link", "ask"),
            (.significantWords, "link", "link"),
        ] {
            for (name, outcome) in [("Nordwind Energie AG", whole), ("Nordwind Energie GmbH", significant)] {
                let desk = try PlanningDesk { $0.matchRules = [Self.rules($0, nameDecides: decides)] }
                let id = desk.customer(name)
                #expect(try await self.outcome(of: "Nordwind Energie AG", at: desk, known: id) == outcome, "\(decides)")
            }
        }
    }

    @Test("CASE-K11 one registration is one company however it is written, and two that come at once have one claim")
    func registrations() async throws {
        let desk = try PlanningDesk()
        let first = try DealDocument.deal(in: data("registrations/deal-1.json"))
        let id = desk.customer(first.customer.name, taxID: first.customer.taxId, country: first.customer.country)
        for number in 2...5 {
            let deal = try DealDocument.deal(in: data("registrations/deal-\(number).json"))
            #expect(try await desk.plan(deal).plan?.customer.decision == .link(id: id), "deal-\(number)")
        }
        let other = try await desk.plan(try DealDocument.deal(in: data("registrations/deal-6.json")))
        #expect(other.plan?.customer.decision == .create)
        let races = try await [1, 2].asyncMap { number in
            try await PlanningDesk().stored(try DealDocument.deal(in: data("registrations/race-\(number).json")))
                .customerNaturalKey
        }
        #expect(races[0] == races[1])
    }

    @Test(
        "CASE-K11 a French VAT number and the number of the company in it are one registration, whichever comes first")
    func french() async throws {
        for (known, sold) in [
            ("FR40303265045", "303 265 045"), ("303265045", "FR 40 303265045"), ("40303265045", "fr40303265045"),
        ] {
            let desk = try PlanningDesk()
            let id = desk.customer("Nordwind Énergie SAS", taxID: known, country: "FR")
            let deal = try SoldDeals.deal { data in
                SoldDeals.customer(&data) {
                    $0["name"] = "Nordwind Energies"
                    $0["taxId"] = sold
                    $0["country"] = "FR"
                }
            }
            #expect(try await desk.plan(deal).plan?.customer.decision == .link(id: id), "\(known) \(sold)")
        }
        #expect(
            RegistrationNumber("FR40303265045", country: "FR").description
                == RegistrationNumber("303265045", country: "FR").description, "one claim")
        // Letters are possible, another company is another, and so is a number with the same digits elsewhere.
        #expect(RegistrationNumber("FRK7399859412", country: "DE") == RegistrationNumber("399859412", country: "FR"))
        #expect(RegistrationNumber("FR40303265046", country: "FR") != RegistrationNumber("303265045", country: "FR"))
        #expect(RegistrationNumber("40303265045", country: "DE") != RegistrationNumber("303265045", country: "DE"))
    }

    @Test(
        "SUP-2.15 from which likeness an equal registration means one company is what the match rules say, or else 90")
    func threshold() async throws {
        for (similarity, expected) in [(90, true), (97, false), (nil, true)] as [(Int?, Bool)] {
            let desk = try PlanningDesk { tables in
                if let similarity { tables.matchRules = [Self.rules(tables, nameSimilarity: similarity)] }
            }
            let id = desk.customer("Nordwind Logistik GmbH", taxID: "DE811907980")
            var plan = try await PlanningDesk(by: desk.catalog).stored(
                try SoldDeals.deal {
                    SoldDeals.customer(&$0) {
                        $0["name"] = "Nordwind Logistic GmbH"
                        $0["taxId"] = "DE811907980"
                    }
                })
            if similarity == nil { plan.provisioning?.nameSimilarity = nil }
            do {
                let receipt = try await desk.createCustomer.perform(for: plan, on: Self.attempt(knowing: id))
                #expect(expected && receipt.origin == .updated, "\(similarity ?? -1)")
            } catch let refused as Refused {
                #expect(!expected && refused.incidentClass == .duplicateCustomer, "\(similarity ?? -1)")
            }
        }
    }

    private static func attempt(knowing id: String) -> SagaAttempt {
        SagaAttempt(
            key: "k", correlationID: "c", sendBy: .now + .seconds(60), deadline: .now + .seconds(60), receipts: [:],
            claimed: Receipt(externalID: id, origin: .created, contentHash: "another"))
    }

    @Test("CASE-K9 the plan's hash names the rule by which part periods are billed, also where the catalog says none")
    func hash() throws {
        let deal = try SoldDeals.deal()
        let hashes = PartPeriods.allCases.map { HandoffPlan.planHash(of: deal, catalog: "v", $0, .none) }
        #expect(Set(hashes).count == PartPeriods.allCases.count)
    }

    @Test("CASE-K11 a number is compared with its country and without what people put around it")
    func numbers() {
        let same: [(String, String?, String, String?)] = [
            ("DE999000111", "DE", "999 000 111", "DE"), ("ATU12345678", "AT", "U12345678", "AT"),
            ("EL123456789", "GR", "GR 123456789", "GR"), ("XI123456789", "GB", "GB123456789", "GB"),
            ("CHE-123.456.789 MWST", "CH", "123.456.789", "CH"), ("CHE-123.456.789 TVA", "CH", "CHE123456789", "CH"),
            ("BE0123456789", "BE", "123.456.789", "BE"), ("NO 123 456 789 MVA", "NO", "123456789", "NO"),
            ("91-1144442", "US", "US911144442", "US"), ("12.345.678/0001-95", "BR", "12345678000195", "BR"),
            ("DE999000111", "AT", "DE 999000111", "DE"), ("٩٩٩٠٠٠١١١", "DE", "999000111", "DE"),
            ("ＤＥ９９９０００１１１", "DE", "de999000111", nil), ("27aapfu0939f1zv", "IN", "27AAPFU0939F1ZV", "IN"),
        ]
        for (one, country, other, otherCountry) in same {
            #expect(
                RegistrationNumber(one, country: country) == RegistrationNumber(other, country: otherCountry),
                "\(one) \(other)")
        }
        let different: [(String, String?, String, String?)] = [
            ("999000111", "DE", "999000111", "AT"), ("DE999000111", "DE", "DE999000112", "DE"),
            ("999000111", "DE", "999000111", nil), ("SEL850101AB1", "MX", "L850101AB1", "SE"),
        ]
        for (one, country, other, otherCountry) in different {
            #expect(
                RegistrationNumber(one, country: country) != RegistrationNumber(other, country: otherCountry),
                "\(one) \(other)")
        }
    }

    @Test("CASE-K11 digits of whose country nobody knows are a company only together with its name")
    func unknownCountry() async throws {
        for (name, outcome) in [("Nordwind Energie AG", "link"), ("Another One AG", "ask")] {
            let desk = try PlanningDesk()
            let id = desk.customer(name, taxID: "811907980", country: nil)
            let deal = try SoldDeals.deal()
            #expect(try await self.outcome(of: deal, at: desk, known: id) == outcome)
        }
    }

    @Test("CASE-K11 small and capital letters of one name are one name by the rules of the language")
    func letters() async throws {
        let composed = try DealDocument.deal(in: data("same-letters/composed.json"))
        let capitals = try DealDocument.deal(in: data("same-letters/capitals.json"))
        let desk = try PlanningDesk()
        let id = desk.customer(composed.customer.name, country: composed.customer.country)
        #expect(try await desk.plan(capitals).plan?.customer.decision == .link(id: id))
        let keys = try await [composed, capitals].asyncMap { try await PlanningDesk().stored($0).customerNaturalKey }
        #expect(keys[0] == keys[1])
        for (one, other) in [
            ("Straße", "STRASSE"), ("Mu\u{308}ller", "MÜLLER"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("IŞIK Enerji", "ışık enerji"),
            ("İstanbul", "istanbul"), ("Ｎｏｒｄ", "nord"), ("ﬁne", "FINE"), ("Nord\u{200B}wind\u{AD}", "nordwind"),
            ("ЗАО Север", "зао север"), ("株式会社　東芝", "株式会社 東芝"), ("\u{202E}dlog\u{202C}", "DLOG"),
        ] {
            #expect(Spelling.folded(one) == Spelling.folded(other), "\(one) \(other)")
        }
        for (one, other) in [("Q-R-X GmbH", "QRX GmbH"), ("Müller", "Muller"), ("A & B", "A B")] {
            #expect(Spelling.folded(one) != Spelling.folded(other))
        }
    }

    @Test("CASE-K11 a name with a wrong letter, without accents or with these written out is found and asked about")
    func near() async throws {
        for (known, sold) in [
            ("Thyssenkrupp AG", "Thyssenkrup AG"), ("Thyssenkrup AG", "Thyssenkrupp AG"),
            ("Müller Maschinenbau GmbH", "Mueller Maschinenbau GmbH"),
            ("Müller Maschinenbau GmbH", "Muller Maschinenbau GmbH"), ("Łódź Logistyka SA", "Lodz Logistyka SA"),
            ("Nordwind Energie AG", "Norwind Energie AG"), ("東芝エネルギー株式会社", "株式会社東芝エネルギー"),
        ] {
            let desk = try PlanningDesk { tables in
                tables.matchRules = [Self.rules(tables, nameSimilarity: 88, ignoredWords: ["株式会社"])]
            }
            let id = desk.customer(known)
            #expect(try await outcome(of: sold, at: desk, known: id) == "ask", "\(sold)")
        }
    }

    private static func rules(
        _ tables: CatalogTables, nameSimilarity: Int = 90, sameCountry: Bool = true, ignoredWords: [String] = [],
        nameDecides: MatchRules.NameDecides? = nil
    ) -> MatchRules {
        MatchRules(
            nameSimilarity: nameSimilarity, sameCountry: sameCountry,
            ignoredWords: tables.matchRules[0].ignoredWords + ignoredWords, nameDecides: nameDecides,
            validFrom: tables.matchRules[0].validFrom)
    }

    /// What becomes of a deal of a German customer of that name without a registration.
    private func outcome(of name: String, at desk: PlanningDesk, known id: String) async throws -> String {
        let deal = try SoldDeals.deal {
            SoldDeals.customer(&$0) {
                $0["name"] = name
                $0["taxId"] = nil
            }
        }
        return try await outcome(of: deal, at: desk, known: id)
    }

    private func outcome(of deal: Deal, at desk: PlanningDesk, known id: String) async throws -> String {
        let document = try await desk.plan(deal)
        switch document.plan?.customer.decision {
        case .create: return "new"
        case .link(let linked): return linked == id ? "link" : "linked to \(linked)"
        case .extend: return "extend"
        case nil:
            let isShown = document.findings.first?.text.contains(id) == true
            return document.classes == [.duplicateCustomer] && isShown ? "ask" : "\(document.findings)"
        }
    }

    /// An event's bytes.
    private func data(_ name: String) throws -> [UInt8] { try CaseFile.bytes(name) }
}

extension Array {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
