import Foundation
import SandboxSystems
import Testing

@Suite struct ERPTests {
    @Test("a customer is created once per key, and the repetition says so", .timeLimit(.minutes(1)))
    func customerIdempotency() async throws {
        try await withSandbox { sandbox in
            let first = try await sandbox.send("POST", "/erp/customers", Samples.customer(), key: "k1")
            let second = try await sandbox.send("POST", "/erp/customers", Samples.customer(), key: "k1")
            let other = try await sandbox.send("POST", "/erp/customers", Samples.customer(name: "Other"), key: "k1")
            #expect(first.status == 201 && !first.isReplay && first["correlationId"] == "corr-1")
            #expect(second.status == 200 && second.isReplay && second["id"] == first["id"])
            #expect(other.status == 409 && other.errorCode == "other_body")
            #expect(try await sandbox.effects("create_customer", key: "k1") == 1)
        }
    }

    @Test("100 concurrent creations with one key have one effect", .timeLimit(.minutes(1)))
    func concurrentCreations() async throws {
        try await withSandbox { sandbox in
            let ids = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await sandbox.send("POST", "/erp/customers", Samples.customer(), key: "k")["id"]
                    }
                }
                return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(ids == ["CUS-000001"])
            #expect(try await sandbox.effects("create_customer", key: "k") == 1)
            let peaks = try await sandbox.get("/admin/peaks").object["erp"] as? [String: Int]
            #expect(peaks?["now"] == 0 && (peaks?["peak"] ?? 0) >= 1)
        }
    }

    @Test("a customer is found by key, by tax id and by name, before and after a replacement", .timeLimit(.minutes(1)))
    func customerSearch() async throws {
        try await withSandbox { sandbox in
            let id = try await sandbox.customer(key: "k/ 1")
            #expect(try await sandbox.get("/erp/customers?key=k%2F%201").items.count == 1)
            #expect(try await sandbox.get("/erp/customers?entity=DE01&taxId=de811").items.count == 1)
            #expect(try await sandbox.get("/erp/customers?entity=DE01&taxId=DE811&name=acme").items.count == 1)
            #expect(try await sandbox.get("/erp/customers?entity=DE01&taxId=DE811&name=other").items.isEmpty)
            #expect(try await sandbox.get("/erp/customers?entity=FR01&taxId=DE811").items.isEmpty)
            for _ in 0..<2 {
                let body = Samples.customer(name: "Acme New", taxID: "DE9")
                #expect(try await sandbox.send("PUT", "/erp/customers/\(id)", body, key: "u1")["name"] == "Acme New")
            }
            #expect(try await sandbox.effects("update_customer", key: "u1") == 2)
            #expect(try await sandbox.get("/erp/customers?entity=DE01&taxId=DE811").items.isEmpty)
            #expect(try await sandbox.get("/erp/customers?entity=DE01&name=Acme%20New").items.count == 1)
            #expect(try await sandbox.get("/erp/customers/\(id.lowercased())")["taxId"] == "DE9")
            #expect(try await sandbox.get("/erp/customers/CUS-9").status == 404)
            #expect(try await sandbox.send("PUT", "/erp/customers/CUS-9", Samples.customer(), key: "u").status == 404)
            #expect(try await sandbox.get("/erp/customers?entity=DE01").status == 400)
        }
    }

    @Test("two posts of one project are two projects, both found by their reference", .timeLimit(.minutes(1)))
    func projects() async throws {
        try await withSandbox { sandbox in
            let customer = try await sandbox.customer()
            for _ in 0..<2 {
                let reply = try await sandbox.send(
                    "POST", "/erp/projects", Samples.project(customer: customer), key: "p")
                #expect(reply.status == 201 && reply["customerId"] == customer && reply["correlationId"] == "corr-1")
                #expect(reply["number"]?.isEmpty == false)
            }
            let found = try await sandbox.get("/erp/projects?externalReference=p").items.compactMap {
                $0["id"] as? String
            }
            #expect(found == ["PRJ-000001", "PRJ-000002"])
            #expect(try await sandbox.effects("create_project", key: "p") == 2)
            #expect(try await sandbox.get("/erp/projects?externalReference=q").items.isEmpty)
        }
    }

    @Test("what an ERP would not take is refused and has no effect", .timeLimit(.minutes(1)))
    func refusals() async throws {
        try await withSandbox { sandbox in
            let customer = try await sandbox.customer()
            let replies = [
                try await sandbox.send("POST", "/erp/projects", Samples.project(customer: "CUS-9"), key: "x"),
                try await sandbox.send(
                    "POST", "/erp/projects", Samples.project(customer: customer, end: "2025-01-01"), key: "x"),
                try await sandbox.send("POST", "/erp/billing-schedules", Samples.schedule(project: "PRJ-9"), key: "x"),
                try await sandbox.send("POST", "/erp/customers", Samples.customer(name: ""), key: "x"),
                try await sandbox.send("POST", "/erp/customers", "{}", key: "x"),
                try await sandbox.send("POST", "/erp/customers", Samples.customer()),
                try await sandbox.send("POST", "/erp/customers", Samples.customer(), key: "x", correlationID: nil),
            ]
            #expect(replies.map(\.status) == [422, 422, 422, 422, 400, 400, 400])
            let codes = replies.map(\.errorCode)
            #expect(
                codes == [
                    "unknown_customer", "dates_reversed", "unknown_project", "missing_field", "wrong_body",
                    "missing_key", "missing_correlation_id",
                ])
            #expect(try await sandbox.get("/admin/effects?key=x").items.isEmpty)
        }
    }

    @Test("a body's externalReference is as good a key as the header", .timeLimit(.minutes(1)))
    func referenceAsKey() async throws {
        try await withSandbox { (sandbox) async throws in
            let body = #"{"externalReference":"ref","name":"A","entity":"DE01"}"#
            #expect(try await sandbox.send("POST", "/erp/customers", body).status == 201)
            #expect(try await sandbox.send("POST", "/erp/customers", body).isReplay)
            #expect(try await sandbox.effects("create_customer", key: "ref") == 1)
        }
    }

    @Test("a billing schedule is accepted at once, active later, and made once", .timeLimit(.minutes(1)))
    func billingSchedule() async throws {
        try await withSandbox(billingDelay: .seconds(2)) { sandbox in
            let body = Samples.schedule(project: try await sandbox.project())
            let first = try await sandbox.send("POST", "/erp/billing-schedules", body, key: "b")
            let second = try await sandbox.send("POST", "/erp/billing-schedules", body, key: "b")
            #expect(first.status == 202 && second.isReplay && second["operation"] == first["operation"])
            let path = "/erp/billing-schedules?externalReference=b"
            var found = try #require(try await sandbox.get(path).items.first?["status"] as? String)
            #expect(found == "processing" && second.status == 202)
            while found == "processing" {
                found = try #require(try await sandbox.get(path).items.first?["status"] as? String)
            }
            let item = try await sandbox.get(path).items
            #expect(item.first?["id"] as? String == first["operation"] && item.count == 1)
            let third = try await sandbox.send("POST", "/erp/billing-schedules", body, key: "b")
            #expect(third.status == 200 && third.isReplay && third["id"] == first["operation"])
            let other = Samples.schedule(project: "PRJ-000001", amount: 7)
            #expect(try await sandbox.send("POST", "/erp/billing-schedules", other, key: "b").status == 409)
            #expect(try await sandbox.effects("create_billing_schedule", key: "b") == 1)
        }
    }
}
