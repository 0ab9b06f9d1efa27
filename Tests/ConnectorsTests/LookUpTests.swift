import Connectors
import Testing
import Workers

/// What every adapter must say when it is asked for what others made; the systems in memory too.
@Suite struct LookUpTests {
    @Test(
        "A5 customers are found by tax id and name, of one legal entity or of all, and nothing is changed by asking",
        .timeLimit(.minutes(1)), arguments: TargetSystem.all)
    func exact(system: TargetSystem) async throws {
        try await withTargets(system) { targets in
            let erp = targets.erp
            let german = try await erp.createCustomer(Samples.customer(), as: call("de"))
            let french = try await erp.createCustomer(
                Samples.customer(entity: "FR01", parent: german), as: call("fr"))
            _ = try await erp.createCustomer(Samples.customer(name: "Other", taxID: nil), as: call("other"))
            func find(_ entity: String?, _ taxID: String?, _ name: String?) async throws -> [String] {
                try await erp.findCustomers(entity: entity, taxID: taxID, name: name, as: call("look")).map(\.id)
            }
            #expect(try await find("DE01", "de811", nil) == [german])
            #expect(try await find(nil, "DE811", nil) == [german, french])
            #expect(try await find("DE01", nil, "MÜLLER & SÖHNE / 1") == [german])
            #expect(try await find(nil, "DE811", "Other") == [])
            #expect(try await find("US01", "DE811", nil) == [])
            let match = try #require(
                try await erp.findCustomers(entity: "FR01", taxID: "DE811", name: nil, as: call("look")).first)
            #expect(
                match
                    == CustomerMatch(
                        id: french, name: "Müller & Söhne / 1", entity: "FR01", taxID: "DE811", parentID: german))
            #expect(try await targets.effects("find_customers", key: "look") == 0)
        }
    }

    @Test(
        "A5 a search answers whoever has each word in their name, also as a part of one, whatever case and accents",
        .timeLimit(.minutes(1)), arguments: TargetSystem.all)
    func search(system: TargetSystem) async throws {
        try await withTargets(system) { targets in
            let erp = targets.erp
            var ids: [String] = []
            for (name, entity) in [("Acme Holding GmbH", "DE01"), ("ACME-Holding, Inc.", "US01"), ("Acme", "DE01")] {
                let customer = Samples.customer(name: name, entity: entity, taxID: nil)
                ids.append(try await erp.createCustomer(customer, as: call(name)))
            }
            func search(_ words: String, _ entity: String?) async throws -> [String] {
                try await erp.searchCustomers(words, entity: entity, as: call("look")).map(\.id)
            }
            #expect(try await search("holding ACME", nil) == Array(ids.prefix(2)))
            #expect(try await search("acme", "DE01") == [ids[0], ids[2]])
            #expect(try await search("acme hold", nil) == Array(ids.prefix(2)))
            #expect(try await search("acme gold", nil) == [])
            #expect(try await search("- /", nil) == [])
            let accents = try await erp.createCustomer(
                Samples.customer(name: "Müßig Förderanlagen", taxID: nil), as: call("accents"))
            for part in ["anlagen", "muss", "MÜSSIG", "fo\u{308}rder", "rderan"] {
                #expect(try await search(part, nil) == [accents], "\(part)")
            }
        }
    }

    @Test(
        "CASE-K11 a customer is found however its number and its name are written, and its country is answered",
        .timeLimit(.minutes(1)), arguments: TargetSystem.all)
    func spellings(system: TargetSystem) async throws {
        try await withTargets(system) { targets in
            let erp = targets.erp
            let record = CustomerRecord(
                name: "Müßig & Söhne", legalEntity: "DE01", taxID: "DE 999-000.111", email: nil, country: "DE",
                parentID: nil)
            let id = try await erp.createCustomer(record, as: call("de"))
            for taxID in ["DE999000111", "999000111", "de 999 000 111", "ＤＥ９９９０００１１１"] {
                let found = try await erp.findCustomers(entity: nil, taxID: taxID, name: nil, as: call("look"))
                #expect(found.map(\.id) == [id] && found.first?.country == "DE", "\(taxID)")
            }
            for name in ["MÜSSIG & SÖHNE", "mu\u{308}ßig  &\u{A0}söhne"] {
                let found = try await erp.findCustomers(entity: nil, taxID: nil, name: name, as: call("look"))
                #expect(found.map(\.id) == [id], "\(name)")
            }
            for other in ["DE999000112", "DE99900011"] {
                let found = try await erp.findCustomers(entity: nil, taxID: other, name: nil, as: call("look"))
                #expect(found == [], "\(other)")
            }
        }
    }

    @Test(
        "A5 a look-up that gets no answer is tried again", .timeLimit(.minutes(1)), arguments: TargetSystem.all)
    func unavailable(system: TargetSystem) async throws {
        try await withTargets(system) { targets in
            try await targets.arm(#"[{"verb":"find_customers","effect":"timeout_before","holdMs":5,"count":1}]"#)
            let failure = await #expect(throws: Unavailable.self) {
                try await targets.erp.findCustomers(entity: nil, taxID: "DE811", name: nil, as: call("look"))
            }
            #expect(failure?.cause == .failure && failure?.isAttempt == true)
        }
    }

    @Test(
        "A8 a tax engine's timeout is tried again, its unknown jurisdiction is refused as a matter of tax",
        .timeLimit(.minutes(1)), arguments: TargetSystem.all)
    func tax(system: TargetSystem) async throws {
        try await withTargets(system) { targets in
            func ask(_ country: String) async throws -> TaxAnswer {
                let sale = TaxQuestion(
                    sellerEntity: "DE01", customerCountry: country, category: "services", date: "2026-02-01")
                return try await targets.tax.treatment(of: sale, as: call("tax"))
            }
            #expect(try await ask("DE") == TaxAnswer(treatment: "standard", rateBasisPoints: 1900))
            let refused = await #expect(throws: Refused.self) { try await ask("XX") }
            #expect(refused?.incidentClass == .taxUnknown && refused?.said?.contains("XX") == true)
            for (effect, cause) in [("timeout_before", Unavailable.Cause.failure), ("throttle", .throttled)] {
                try await targets.arm(#"[{"verb":"determine_tax","effect":"\#(effect)","holdMs":5,"count":1}]"#)
                let failure = await #expect(throws: Unavailable.self) { try await ask("DE") }
                #expect(failure?.cause == cause && failure?.target == "Tax")
                #expect(try await ask("DE").rateBasisPoints == 1900)
            }
            #expect(try await targets.effects("determine_tax", key: "tax") == 0)
        }
    }

    @Test(
        "B16 a contact is known by role and e-mail address, or by role and name, and at its own customer only",
        .timeLimit(.minutes(1)), arguments: TargetSystem.all)
    func contacts(system: TargetSystem) async throws {
        try await withTargets(system) { targets in
            let erp = targets.erp
            let customer = try await erp.createCustomer(Samples.customer(), as: call("one"))
            let other = try await erp.createCustomer(Samples.customer(taxID: "DE2"), as: call("two"))
            let id = try await erp.createContact(Samples.contact, customer: customer, as: call("c"))
            func find(_ role: String, _ name: String, _ email: String?, _ customer: String) async throws -> [String] {
                let contact = ContactRecord(role: role, name: name, email: email)
                return try await erp.findContacts(like: contact, customer: customer, as: call("look"))
            }
            #expect(try await find("billing", "Anybody", "anne@EXAMPLE.com", customer) == [id])
            #expect(try await find("billing", "änne / b", nil, customer) == [id])
            #expect(try await find("sponsor", "Anybody", "anne@example.com", customer) == [])
            #expect(try await find("billing", "Änne / B", "other@example.com", customer) == [])
            #expect(try await find("billing", "Änne / B", "anne@example.com", other) == [])
            #expect(try await !erp.hasContact(id, customer: other, as: call("look")))
        }
    }

    @Test(
        "B7 a customer under a parent that is not there is refused and not made", .timeLimit(.minutes(1)),
        arguments: TargetSystem.all)
    func parents(system: TargetSystem) async throws {
        try await withTargets(system) { targets in
            let erp = targets.erp
            let refused = await #expect(throws: Refused.self) {
                try await erp.createCustomer(Samples.customer(parent: "CUS-404"), as: call("child"))
            }
            #expect(refused?.reason.contains("unknown_parent") == true)
            #expect(try await erp.findCustomers(as: call("child")) == [])
            let parent = try await erp.createCustomer(Samples.customer(taxID: "DE1"), as: call("parent"))
            let child = try await erp.createCustomer(Samples.customer(parent: parent), as: call("child"))
            await #expect(throws: Refused.self) {
                try await erp.updateCustomer(child, to: Samples.customer(parent: "CUS-404"), as: call("update"))
            }
        }
    }

    @Test(
        "B10 dimensions that do not go together are refused as such and not reserved", .timeLimit(.minutes(1)),
        arguments: TargetSystem.all)
    func dimensions(system: TargetSystem) async throws {
        try await withTargets(system) { targets in
            for centre in ["FR01-4100", ""] {
                let refused = await #expect(throws: Refused.self) {
                    try await targets.erp.reserveDimensions(Samples.dimensions(costCentre: centre), as: call("d"))
                }
                #expect(refused?.incidentClass == .dimensionInvalid)
            }
            #expect(try await targets.erp.findReservations(as: call("d")) == [])
            for centre in ["DE01-4100", "CC-7"] {
                _ = try await targets.erp.reserveDimensions(Samples.dimensions(costCentre: centre), as: call(centre))
            }
        }
    }

    @Test(
        "C2 a project's number is its own: another project with it is refused, the same project is found",
        .timeLimit(.minutes(1)), arguments: TargetSystem.all)
    func numbers(system: TargetSystem) async throws {
        try await withTargets(system) { targets in
            let erp = targets.erp
            let customer = try await erp.createCustomer(Samples.customer(), as: call("c"))
            let project = Samples.project(customer: customer, number: "DE-1")
            let id = try await erp.createProject(project, as: call("p"))
            #expect(try await erp.createProject(project, as: call("p")) == id)
            let refused = await #expect(throws: Refused.self) { try await erp.createProject(project, as: call("q")) }
            #expect(refused?.incidentClass == .targetRefused)
            #expect(refused.map { $0.reason + ($0.said ?? "") }?.contains("DE-1") == true)
            #expect(try await erp.deleteProject(id, as: call("p/undo")) == .undone)
            _ = try await erp.createProject(project, as: call("q"))
        }
    }
}
