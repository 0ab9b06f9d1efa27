import Foundation
import Settings
import Testing

@Suite struct SecretTests {
    @Test(
        "a secret comes from its variable or from its file, without one line break at the end",
        arguments: [
            ("sesame", "sesame"), ("sesame\n", "sesame"), ("sesame\n\n", "sesame\n"), (" sesame ", " sesame "),
        ])
    func fromFile(content: String, password: String) throws {
        let files = ["/run/secrets/pg": SettingsFile(bytes: Array(content.utf8))]
        let settings = try settings(["BATON_POSTGRESQL_PASSWORD_FILE": "/run/secrets/pg"], files: files)
        #expect(settings.postgresqlPassword?.revealed == password)
        #expect(settings.warnings.isEmpty)
    }

    @Test("a secret set twice, or in a file that is gone, empty or no text, is a problem")
    func badFile() throws {
        let name = "BATON_POSTGRESQL_PASSWORD_FILE"
        let files = [
            "/empty": SettingsFile(bytes: []), "/break": SettingsFile(bytes: [10]),
            "/latin": SettingsFile(bytes: [0xFC]), "/nul": SettingsFile(bytes: [65, 0, 66]),
            "/good": SettingsFile(bytes: [65]),
        ]
        for path in ["/gone", "/empty", "/break", "/latin", "/nul"] {
            #expect(try problems([name: path], files: files).map(\.name) == [name], "\(path)")
        }
        let twice = try problems([name: "/good", "BATON_POSTGRESQL_PASSWORD": "sesame"], files: files)
        #expect(twice.map(\.name) == ["BATON_POSTGRESQL_PASSWORD"])
    }

    @Test("a secret file that everybody can read is a warning, not a problem")
    func worldReadable() throws {
        let files = ["/pg": SettingsFile(bytes: [65], isWorldReadable: true)]
        let settings = try settings(["BATON_POSTGRESQL_PASSWORD_FILE": "/pg"], files: files)
        #expect(settings.warnings.map(\.name) == ["BATON_POSTGRESQL_PASSWORD_FILE"])
        #expect(settings.postgresqlPassword?.revealed == "A")
    }

    @Test("the broker's password takes its place in every address, with its special characters encoded")
    func brokerPassword() throws {
        let settings = try settings([
            "BATON_AMQP_URL": "amqp://u:old@a/%2F,amqps://b:5671", "BATON_AMQP_PASSWORD": "p@ss:/,%",
        ])
        let urls = settings.amqpURLs.map(\.revealed)
        #expect(urls.first?.hasSuffix("@a/%2F") == true)
        let users = try urls.map { try #require(URLComponents(string: $0)) }
        #expect(users.map(\.user) == ["u", "guest"])
        #expect(users.map(\.password) == ["p@ss:/,%", "p@ss:/,%"])
    }

    @Test("no problem, warning or description shows a secret")
    func nothingShown() throws {
        let secrets = [
            "BATON_AMQP_URL": "http://u:sesame-1@h", "BATON_POSTGRESQL_URL": "mysql://u:sesame-2@h",
            "BATON_TARGETS_URL": "http://u:sesame-3@h", "BATON_AMQP_PASSWORD_FILE": "sesame-4",
            "BATON_POSTGRESQL_PASSWORD": "sesame-5", "BATON_POSTGRESQL_PASSWORD_FILE": "sesame-6",
            "BATON_AMQP_PASWORD": "sesame-7",
        ]
        let found = try problems(secrets)
        #expect(found.count == 6)
        var dumped = ""
        dump(found, to: &dumped)
        #expect(!"\(SettingsProblems(found)) \(dumped)".contains("sesame"))

        let good = try settings(["BATON_POSTGRESQL_PASSWORD": "sesame", "BATON_AMQP_PASSWORD": "sesame"])
        dump(good, to: &dumped)
        #expect(!"\(good) \(String(reflecting: good)) \(dumped)".contains("sesame"))
    }

    @Test("a real file is read whole, and its mode says who else can read it")
    func realFile() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "baton-settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        let path = folder.appending(path: "secret").path
        let content = Array(repeating: UInt8(ascii: "x"), count: 70_000)
        for (mode, isOpen) in [(0o600, false), (0o640, false), (0o644, true), (0o604, true)] {
            let made = FileManager.default.createFile(
                atPath: path, contents: Data(content), attributes: [.posixPermissions: mode])
            #expect(made)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            #expect(try SettingsFile.read(path) == SettingsFile(bytes: content, isWorldReadable: isOpen))
        }
        #expect(throws: SettingsFile.Unreadable.self) { try SettingsFile.read(folder.path) }
        #expect(throws: SettingsFile.Unreadable.self) { try SettingsFile.read(path + "-gone") }
    }
}
