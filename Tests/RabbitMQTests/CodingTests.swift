import Testing

@testable import RabbitMQ

@Suite struct CodingTests {
    private let full = Properties(
        contentType: "application/json", contentEncoding: "utf-8", messageID: "m-1", correlationID: "c-1",
        type: "deal", appID: "crm", timestamp: 1_700_000_000,
        headers: [
            "text": "ä", "empty": "", "number": -5, "truth": true, "nothing": .null, "raw": .bytes([0, 255]),
            "half": .double(0.5), "price": .decimal(scale: 2, value: 1999), "when": .timestamp(7),
            "table": .table(["inner": .array([1, "two", .table(["deep": false])]), "none": .table([:])]),
            "list": .array([]),
        ])

    @Test("properties and nested headers come back as they went out")
    func roundTrip() {
        let pool = MemoryPool()
        #expect(Properties(full.encoded(in: pool)) == full)
        #expect(Properties(Properties(isPersistent: false).encoded(in: pool)) == Properties(isPersistent: false))
    }

    @Test("the record of dead-lettering is taken off and can be kept under another name")
    func deathHeaders() {
        let dead = Properties(headers: [
            "x-death": .array([]), "x-first-death-queue": "q", "x-delivery-count": 3, "own": "stays",
        ])
        #expect(dead.withoutDeathHeaders().headers == ["own": "stays"])
        #expect(
            dead.withoutDeathHeaders(savedUnder: "past-").headers == [
                "past-x-death": .array([]), "past-x-first-death-queue": "q", "past-x-delivery-count": 3, "own": "stays",
            ])
    }

    @Test("a message that would corrupt a frame is found out before it is sent")
    func problems() {
        let long = String(repeating: "x", count: 256)
        #expect(Message.to("q").problem(frameMax: 4096) == nil)
        #expect(Message.to(long).problem(frameMax: 4096) != nil)
        #expect(Message.to("q", id: long).problem(frameMax: 4096) != nil)
        var message = Message.to("q")
        message.properties.headers = ["deep": .array([.table([long: 1])])]
        #expect(message.problem(frameMax: 131_072) != nil)
        message.properties.headers = ["big": .string(String(repeating: "x", count: 4000))]
        #expect(message.problem(frameMax: 4096) != nil)
        #expect(message.problem(frameMax: 131_072) == nil)
    }

    @Test("T11 a body that fills its last frame is recognised")
    func filling() {
        #expect(FrameLayout.fillsLastFrame(bodyLength: 4088, frameMax: 4096))
        #expect(FrameLayout.fillsLastFrame(bodyLength: 2 * 131_064, frameMax: 131_072))
        #expect(!FrameLayout.fillsLastFrame(bodyLength: 0, frameMax: 4096))
        #expect(!FrameLayout.fillsLastFrame(bodyLength: 4089, frameMax: 4096))
    }
}
