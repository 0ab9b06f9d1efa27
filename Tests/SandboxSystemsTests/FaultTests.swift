import AsyncHTTPClient
import Foundation
import SandboxSystems
import Testing

@Suite struct FaultTests {
    private func arm(_ rules: String, at sandbox: SandboxClient) async throws {
        #expect(try await sandbox.send("PUT", "/admin/faults", rules).status == 200)
    }

    @Test("a throttled call answers 429 with Retry-After, as often as the rule counts", .timeLimit(.minutes(1)))
    func throttle() async throws {
        try await withSandbox { sandbox in
            try await arm(#"[{"system":"erp","effect":"throttle","retryAfterS":7,"count":2}]"#, at: sandbox)
            for _ in 0..<2 {
                let reply = try await sandbox.send("POST", "/erp/customers", Samples.customer(), key: "k")
                #expect(reply.status == 429 && reply.headers["retry-after"] == "7")
            }
            #expect(try await sandbox.effects("create_customer", key: "k") == 0)
            #expect(try await sandbox.send("POST", "/erp/customers", Samples.customer(), key: "k").status == 201)
        }
    }

    @Test("errors and refusals have no effect, and hit only what they match", .timeLimit(.minutes(1)))
    func errorsAndRefusals() async throws {
        try await withSandbox { sandbox in
            try await arm(
                """
                [{"verb":"create_customer","match":"key-a","effect":"error"},
                 {"path":"/erp/customers","match":"Bad Corp","effect":"refuse","code":"tax_id","text":"unknown tax id"}]
                """, at: sandbox)
            let failed = try await sandbox.send("POST", "/erp/customers", Samples.customer(), key: "key-a")
            let refused = try await sandbox.send("POST", "/erp/customers", Samples.customer(name: "Bad Corp"), key: "b")
            #expect(failed.status == 500)
            #expect(refused.status == 422 && refused.errorCode == "tax_id")
            #expect(try await sandbox.get("/admin/effects").items.isEmpty)
            #expect(try await sandbox.send("POST", "/erp/customers", Samples.customer(), key: "c").status == 201)
            #expect(try await sandbox.send("DELETE", "/admin/faults").status == 200)
            #expect(try await sandbox.send("POST", "/erp/customers", Samples.customer(), key: "key-a").status == 201)
        }
    }

    @Test("a timeout closes the connection without an answer, before or after the effect", .timeLimit(.minutes(1)))
    func timeouts() async throws {
        try await withSandbox { sandbox in
            for (effect, done) in [("timeout_before", 0), ("timeout_after", 1)] {
                try await arm(#"[{"effect":"\#(effect)","holdMs":20,"count":1}]"#, at: sandbox)
                await #expect(throws: (any Error).self) {
                    try await sandbox.send("POST", "/erp/customers", Samples.customer(), key: effect)
                }
                #expect(try await sandbox.effects("create_customer", key: effect) == done)
            }
        }
    }

    @Test("latency delays the answer and is counted as a call in flight", .timeLimit(.minutes(1)))
    func latency() async throws {
        try await withSandbox { sandbox in
            try await arm(#"[{"effect":"latency","latencyMs":150},{"effect":"latency","latencyMs":50}]"#, at: sandbox)
            let time = try await ContinuousClock().measure {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for key in 0..<5 {
                        group.addTask {
                            _ = try await sandbox.send("POST", "/psa/projects/P/activation", key: "\(key)")
                        }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(time >= .milliseconds(200))
            let peaks = try await sandbox.get("/admin/peaks").object["psa"] as? [String: Int]
            #expect(peaks?["peak"] == 5 && peaks?["now"] == 0)
            #expect(try await sandbox.send("DELETE", "/admin/peaks").status == 200)
            let reset = try await sandbox.get("/admin/peaks").object["psa"] as? [String: Int]
            #expect(reset?["peak"] == 0)
        }
    }

    @Test("the same seed gives the same hits", .timeLimit(.minutes(1)))
    func probability() async throws {
        try await withSandbox { sandbox in
            var runs: [[Int]] = []
            for _ in 0..<2 {
                try await arm(#"[{"effect":"error","probability":0.5,"seed":42}]"#, at: sandbox)
                var run: [Int] = []
                for _ in 0..<40 { run.append(try await sandbox.get("/erp/customers?key=k").status) }
                runs.append(run)
            }
            #expect(runs[0] == runs[1] && Set(runs[0]) == [200, 500])
        }
    }

    @Test("a rule that cannot be used is refused", .timeLimit(.minutes(1)))
    func wrongRules() async throws {
        try await withSandbox { (sandbox) async throws in
            for rules in ["{}", #"[{"effect":"flood"}]"#, #"[{"effect":"latency"}]"#] {
                #expect(try await sandbox.send("PUT", "/admin/faults", rules).status == 400)
            }
        }
    }

    @Test("a body over the limit is refused", .timeLimit(.minutes(1)))
    func largestBody() async throws {
        try await withSandbox { (sandbox) async throws in
            let large = Samples.customer(name: String(repeating: "x", count: 1 << 20))
            #expect(try await sandbox.send("POST", "/erp/customers", large, key: "k").status == 413)
        }
    }

    @Test("a request over its time is cut off", .timeLimit(.minutes(1)))
    func requestTime() async throws {
        try await withSandbox(requestTime: .milliseconds(300)) { sandbox in
            try await arm(#"[{"effect":"latency","latencyMs":5000}]"#, at: sandbox)
            await #expect(throws: (any Error).self) { try await sandbox.get("/erp/customers?key=k") }
        }
    }
}
