import Testing

@testable import Deals

@Suite("A deal has one canonical form")
struct DealTests {
    @Test("canonical bytes are read back as the same deal", arguments: Examples.dealEventNames)
    func roundTrip(name: String) throws {
        let deal = try Examples.event(name).deal
        #expect(try Deal(canonicalBytes: deal.canonicalBytes) == deal)
        #expect(try Deal(canonicalBytes: deal.canonicalBytes).canonicalBytes == deal.canonicalBytes)
    }

    @Test("stored bytes that are no deal are refused")
    func badBytes() {
        #expect(throws: Rejection.self) { try Deal(canonicalBytes: Array("{}".utf8)) }
        #expect(throws: Rejection.self) { try Deal(canonicalBytes: Array("{".utf8)) }
    }

    @Test("order, spaces, escapes and unknown fields are no other content")
    func sameContent() throws {
        let original = try Examples.event("mixed-jpy.json").deal
        guard case .object(let members) = try Examples.json("mixed-jpy.json") else {
            Issue.record("no object")
            return
        }
        let shuffled = JSON.object(members.reversed() + [JSON.Member("extra", .bool(true))]).canonicalBytes
        let intake = try DealEventDecoder().decode(body: shuffled, routingKey: "hubspot.deal.updated.v1")
        let other = try #require(intake.event).deal
        #expect(other.contentHash == original.contentHash && other.canonicalBytes == original.canonicalBytes)
        #expect(original.contentHash.utf8.count == 64)
    }

    @Test("the hash of stored deals never changes")
    func pinnedHash() throws {
        let deal = try Deal(canonicalBytes: Samples.deal.canonicalBytes)
        #expect(deal.contentHash == "36b603db30f1a14f9ed8eb5f058c403bbb90b12e765ffb29ec3648ab215f1d70")
    }

    @Test("another stage is no other content, every other field is")
    func otherContent() throws {
        func hash(_ path: String, _ value: JSON?) throws -> String {
            let bytes = Samples.replace(path.split(separator: ".").map(String.init)[...], in: Samples.deal, value)
            return try Deal(canonicalBytes: bytes.canonicalBytes).contentHash
        }
        let original = try Deal(canonicalBytes: Samples.deal.canonicalBytes).contentHash
        #expect(try hash("stage", .string("contract-executed")) == original)
        let otherLine = Samples.replace(["billing", "installments"], in: Samples.line, .integer(11))
        let changes: [(String, JSON?)] = [
            ("opportunity", .string("O-2")), ("contract", .string("C-2")), ("version", .integer(2)),
            ("link", .string("https://x")), ("approval", nil), ("approval.approver", .string("B")),
            ("deliveryOwner.name", .string("M")), ("legalEntity", .string("DE02")), ("currency", .string("USD")),
            ("customer.name", .string("Other")), ("customer.taxId", .string("1")), ("customer.country", .string("FR")),
            ("contractPeriod.end", .string("2027-01-01")), ("totalMinor", .integer(1)),
            ("lines", .array([otherLine])), ("paymentTermsDays", .integer(31)),
        ]
        var hashes: Set<String> = [original]
        for (path, value) in changes { #expect(hashes.insert(try hash(path, value)).inserted, "\(path)") }
    }

    @Test("a change order names a lower version, on both sides of the border, and is other content than the deal")
    func changeOrders() throws {
        func change(_ version: Int64, upon base: Int64) -> JSON {
            let deal = Samples.replace(["version"], in: Samples.deal, .integer(version))
            return Samples.replace(["baseVersion"], in: deal, .integer(base))
        }
        let deal = try Deal(canonicalBytes: change(3, upon: 2).canonicalBytes)
        #expect(deal.baseVersion == 2)
        let complete = try Deal(
            canonicalBytes: Samples.replace(["version"], in: Samples.deal, .integer(3)).canonicalBytes)
        let earlier = try Deal(canonicalBytes: change(3, upon: 1).canonicalBytes)
        #expect(complete.baseVersion == nil)
        #expect(Set([deal, complete, earlier].map(\.contentHash)).count == 3)
        #expect(deal.contentHash == "6b06c0f495cc9240c1244d4849e6f680f86ec44913a698e4028e0f24cdda2d71")
        for base in [Int64(3), 4] {
            let rejection = try #require(Samples.rejection(of: Samples.event("data", change(3, upon: base))))
            #expect(rejection.incidentClass == .wrongSchema)
            #expect(rejection.findings.map(\.path) == ["$.data.baseVersion"])
            #expect(throws: Rejection.self) { try Deal(canonicalBytes: change(3, upon: base).canonicalBytes) }
        }
    }

    @Test("a key names one deal version only")
    func keys() throws {
        let deal = try Examples.event("milestones-usd.json").deal
        #expect(deal.key.description == "3f2504e0-4f89-11d3-9a0c-0305e82c3301/MSA-88/4/2")
        #expect(Samples.rejection(of: Samples.event("data.opportunity", .string("O/1")))?.incidentClass == .wrongSchema)
    }
}
