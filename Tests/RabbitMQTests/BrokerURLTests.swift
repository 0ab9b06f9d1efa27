import Testing

@testable import RabbitMQ

@Suite struct BrokerURLTests {
    @Test("a URL is taken apart and decoded")
    func decoding() throws {
        let url = try BrokerURL("amqps://wo%40rker:p%3Aa%2Fss@mq1.example:5999/my%2Fhost")
        #expect(url.isEncrypted)
        #expect(url.user == "wo@rker")
        #expect(url.password == "p:a/ss")
        #expect(url.address == BrokerAddress(host: "mq1.example", port: 5999))
        #expect(url.virtualHost == "my/host")
    }

    @Test(
        "what is left out takes its usual value",
        arguments: ["amqp://mq", "amqp://mq/", "amqp://guest:guest@mq:5672/%2F"])
    func defaults(text: String) throws {
        let url = try BrokerURL(text)
        #expect(url.user == "guest")
        #expect(url.virtualHost == "/")
        #expect(url.address == BrokerAddress(host: "mq", port: 5672))
        #expect(try BrokerURL("amqps://mq").address.port == 5671)
        #expect(try BrokerURL("amqp://[::1]:77").address == BrokerAddress(host: "::1", port: 77))
    }

    @Test(
        "an unreadable URL is refused without its password",
        arguments: [
            "http://u:hunter2@mq", "amqp://u:hunter2@", "amqp://u:hunter2@mq:0", "amqp://u:hunter2@mq:x",
            "amqp://u:hunter2%@mq", "amqp://u:hunter2%zz@mq", "amqp://u:hunter2%ff@mq", "amqp://u:hunter2@mq/a/b",
            "amqp://u:hunter2@mq/%2F?heartbeat=5", "amqp://u:hunter2@[::1", "amqp://hunter2@mq", "",
        ])
    func refused(text: String) {
        let error = #expect(throws: RabbitMQError.self) { try BrokerSettings(urls: ["amqp://mq", text]) }
        guard case .invalidURL = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.description.contains("hunter2") == false)
        #expect(error?.description.contains("URL 2 of 2") == true)
    }

    @Test("a list of nodes shares everything but host and port")
    func lists() throws {
        let settings = try BrokerSettings(urls: ["amqp://u:p@a/v", "amqp://u:p@b:1/v"])
        #expect(settings.addresses.map(\.description) == ["a:5672", "b:1"])
        #expect(throws: RabbitMQError.self) { try BrokerSettings(urls: ["amqp://u:p@a/v", "amqp://u:q@a/v"]) }
        #expect(throws: RabbitMQError.self) { try BrokerSettings(urls: []) }
    }

    @Test("the password is in no description, interpolation or dump of the settings")
    func redacted() throws {
        let settings = try BrokerSettings(urls: ["amqp://u:hunter2@mq"])
        var dumped = ""
        dump(settings, to: &dumped)
        for text in ["\(settings)", String(reflecting: settings), dumped, "\(settings.password)"] {
            #expect(!text.contains("hunter2"))
        }
    }

    @Test("CTR-B4 a password of its own goes before those of the URLs, which need none then")
    func separatePassword() throws {
        for urls in [
            ["amqp://worker@a", "amqp://worker@b/"], ["amqp://worker:old@a"], ["amqp://worker:x@a", "amqp://worker@b"],
        ] {
            let settings = try BrokerSettings(urls: urls, password: "new")
            #expect(settings.user == "worker")
            #expect(settings.password == "new")
        }
        #expect(throws: RabbitMQError.self) { try BrokerSettings(urls: ["amqp://worker@a"]) }
    }

    @Test("TLS to an IP address is refused, because the library cannot verify it")
    func literal() {
        #expect(throws: RabbitMQError.self) { try BrokerSettings(urls: ["amqps://u:p@127.0.0.1"]) }
        #expect(throws: RabbitMQError.self) { try BrokerSettings(urls: ["amqps://u:p@[::1]"]) }
    }
}
