import Foundation
import Testing

@Suite struct ProvisioningTests {
    static let contact = #"{"role":"billing","name":"Bea","email":"bea@example.com"}"#
    static let dimensions =
        #"{"entity":"DE01","costCentre":"DE01-4100","dimensions":{"practice":"CLOUD"},"projectReference":"C-1"}"#
    static let demand = #"{"role":"consultant","skill":"SAP FI","location":"DE","startDate":"2026-02-01"}"#

    @Test("what has no idempotency is made twice, found by its key, and gone when taken back", .timeLimit(.minutes(1)))
    func lives() async throws {
        try await withSandbox { sandbox in
            let customer = try await sandbox.customer()
            let things = [
                ("create_contact", "delete_contact", "/erp/customers/\(customer)/contacts", Self.contact, "CON-000001"),
                (
                    "reserve_dimensions", "release_dimensions", "/erp/dimension-reservations", Self.dimensions,
                    "DIM-000001"
                ),
                ("publish_demand", "withdraw_demand", "/psa/projects/PRJ%2F1/demands", Self.demand, "DEM-000001"),
            ]
            for (verb, inverse, path, body, id) in things {
                let first = try await sandbox.send("POST", path, body, key: "k")
                #expect(first.status == 201 && first["id"] == id && first["correlationId"] == "corr-1", "\(verb)")
                #expect(try await sandbox.send("POST", path, body, key: "k").status == 201)
                #expect(try await sandbox.effects(verb, key: "k") == 2)
                #expect(try await sandbox.get(path + "?key=k").items.count == 2)
                #expect(try await sandbox.get(path + "?key=other").items.isEmpty)
                #expect(try await sandbox.get("\(path)/\(id)").status == 200)
                #expect(try await sandbox.send("DELETE", "\(path)/\(id)", key: "u")["id"] == id)
                #expect(try await sandbox.send("DELETE", "\(path)/\(id)", key: "u").errorCode == "not_found")
                #expect(try await sandbox.get("\(path)/\(id)").status == 404)
                #expect(try await sandbox.get(path + "?key=k").items.count == 1)
                #expect(try await sandbox.effects(inverse, key: "u") == 1)
                #expect(try await sandbox.send("POST", path, "{}", key: "k").errorCode == "wrong_body")
            }
        }
    }

    @Test("what an ERP and a PSA would not take is refused and has no effect", .timeLimit(.minutes(1)))
    func refusals() async throws {
        try await withSandbox { sandbox in
            let customer = try await sandbox.customer()
            func refused(_ path: String, _ body: String) async throws -> String? {
                let reply = try await sandbox.send("POST", path, body, key: "x")
                return reply.errorCode.map { "\(reply.status) \($0)" }
            }
            let child = #"{"name":"Child","entity":"DE01","parentId":"CUS-9"}"#
            #expect(try await refused("/erp/customers", child) == "422 unknown_parent")
            let update = try await sandbox.send("PUT", "/erp/customers/\(customer)", child, key: "x")
            #expect(update.status == 422 && update.errorCode == "unknown_parent")
            #expect(try await refused("/erp/customers/CUS-9/contacts", Self.contact) == "404 not_found")
            for change in [("DE01-4100", "FR01-4100"), ("DE01-4100", ""), ("CLOUD", "")] {
                let body = Self.dimensions.replacing(change.0, with: change.1)
                #expect(try await refused("/erp/dimension-reservations", body) == "422 invalid_combination")
            }
            let orphan =
                #"{"tasks":[{"line":"1","code":"A","name":"A","parent":"B"},{"line":"1","code":"B","name":"B"}]}"#
            #expect(try await refused("/psa/projects/P/tasks", orphan) == "422 unknown_parent")
            #expect(try await sandbox.get("/admin/effects?key=x").items.isEmpty)
        }
    }

    @Test("a project's number is taken until the project is gone", .timeLimit(.minutes(1)))
    func numbers() async throws {
        try await withSandbox { sandbox in
            let body = Samples.project(customer: try await sandbox.customer())
                .replacing(#""name":"Rollout""#, with: #""name":"Rollout","number":"DE-1""#)
            let first = try await sandbox.send("POST", "/erp/projects", body, key: "p")
            let second = try await sandbox.send("POST", "/erp/projects", body, key: "q")
            #expect(first["number"] == "DE-1" && second.status == 409 && second.errorCode == "duplicate_number")
            let id = try #require(first["id"])
            #expect(try await sandbox.send("DELETE", "/erp/projects/\(id)", key: "u").status == 200)
            #expect(try await sandbox.send("POST", "/erp/projects", body, key: "q").status == 201)
        }
    }

    @Test("customers are searched across entities, and an archived one says so", .timeLimit(.minutes(1)))
    func search() async throws {
        try await withSandbox { sandbox in
            let old = #"{"name":"Acme Old GmbH","entity":"FR01","taxId":"DE811","archived":true}"#
            _ = try await sandbox.customer()
            #expect(try await sandbox.send("POST", "/erp/customers", old, key: "old").status == 201)
            #expect(try await sandbox.get("/erp/customers?taxId=DE811").items.count == 2)
            #expect(try await sandbox.get("/erp/customers?search=acme").items.count == 2)
            let found = try await sandbox.get("/erp/customers?search=gmbh%20ACME").items
            #expect(found.count == 1 && found.first?["archived"] as? Bool == true)
            #expect(try await sandbox.get("/erp/customers?search=acme&entity=FR01").items.count == 1)
        }
    }

    @Test(
        "the tax engine answers from its table, and changes nothing",
        arguments: [
            ("DE01", "DE", "", "standard 1900"), ("DE01", "FR", "", "destination 2000"),
            ("DE01", "FR", #","registrations":{"FR":"FR1"}"#, "reverse_charge 0"),
            ("DE01", "US", #","region":"TX""#, "export 0"),
            ("US01", "US", #","region":"TX""#, "standard 625"),
            ("US01", "US", #","region":"ZZ""#, "unknown_jurisdiction"),
            ("US01", "US", "", "unknown_jurisdiction"), ("DE01", "XX", "", "unknown_jurisdiction"),
        ])
    func tax(seller: String, country: String, more: String, expected: String) async throws {
        try await withSandbox { sandbox in
            let sale =
                #"{"sellerEntity":"\#(seller)","customerCountry":"\#(country)","category":"services","#
                + #""date":"2026-02-01"\#(more)}"#
            let reply = try await sandbox.send("POST", "/tax/v1/determinations", sale)
            let answer = reply["treatment"].map { "\($0) \(reply.object["rate"] as? Int ?? -1)" } ?? reply.errorCode
            #expect(answer == expected)
            #expect(try await sandbox.get("/admin/effects?system=tax").items.isEmpty)
            let rule = #"[{"system":"tax","effect":"error"}]"#
            #expect(try await sandbox.send("PUT", "/admin/faults", rule).status == 200)
            #expect(try await sandbox.send("POST", "/tax/v1/determinations", sale).status == 500)
            #expect(try await sandbox.get("/erp/customers?search=a").status == 200)
        }
    }

    @Test("a restart knows contacts, reservations and demands, and what was taken away", .timeLimit(.minutes(1)))
    func restart() async throws {
        try await withFolder { folder in
            let state = folder.appending(path: "state.jsonl")
            let paths = [
                "/erp/customers/CUS-000001/contacts", "/erp/dimension-reservations", "/psa/projects/P/demands",
            ]
            try await withSandbox(state: state) { sandbox in
                _ = try await sandbox.customer()
                for (path, body) in zip(paths, [Self.contact, Self.dimensions, Self.demand]) {
                    let gone = try #require(try await sandbox.send("POST", path, body, key: "k")["id"])
                    #expect(try await sandbox.send("POST", path, body, key: "k").status == 201)
                    #expect(try await sandbox.send("DELETE", "\(path)/\(gone)", key: "u").status == 200)
                }
            }
            try await withSandbox(state: state) { sandbox in
                for (path, id) in zip(paths, ["CON-000002", "DIM-000002", "dem-000002"]) {
                    #expect(try await sandbox.get(path + "?key=k").items.map { $0["id"] as? String } == [id])
                }
                let next = try await sandbox.send("POST", paths[1], Self.dimensions, key: "n")
                #expect(next["id"] == "DIM-000003", "ids are never used again")
            }
        }
    }
}
