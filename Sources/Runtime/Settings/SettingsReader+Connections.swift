import Foundation

extension SettingsReader {
    /// The broker's URLs, each with the password of its own setting if there is one, and its certificates.
    mutating func broker() -> (urls: [HiddenText], caFile: String?) {
        let password = text(KnownSettings.amqpPassword)
        let urls = checked(KnownSettings.amqpURL, or: [String]()) { text in
            let urls = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
                Self.amqpURL(part.trimmingCharacters(in: .whitespaces), password: password)
            }
            return urls.contains(nil) ? nil : urls.compactMap { $0 }
        }
        let caFile = text(KnownSettings.amqpCAFile)
        if let caFile {
            let setting = KnownSettings.amqpCAFile
            let found = file(caFile, namedBy: setting.name, expected: setting.expected)
            if found != nil && !urls.isEmpty && !urls.contains(where: { $0.hasPrefix("amqps:") }) {
                let wrong = "no URL in \(KnownSettings.amqpURL.name) is an amqps:// one, so nothing is encrypted"
                warn(SettingsProblem(setting.name, wrong: wrong, expected: "amqps:// URLs beside certificates"))
            }
        }
        if urls.contains(where: PlainText.isSentToBroker) {
            warn(
                SettingsProblem(
                    KnownSettings.amqpURL.name,
                    wrong: "password and messages go unencrypted to another machine", expected: "amqps:// URLs"))
        }
        return (urls.map(HiddenText.init), caFile)
    }

    /// The name of a file that has to be readable; nil where none is given.
    mutating func readableFile(_ setting: Setting, isPrivate: Bool = false) -> String? {
        guard let name = text(setting) else { return nil }
        let found = file(name, namedBy: setting.name, expected: setting.expected)
        if isPrivate, found?.isWorldReadable == true {
            warn(
                SettingsProblem(
                    setting.name, wrong: "the file that it names can be read by every user of this machine",
                    expected: "a file that only its owner or group can read"))
        }
        return name
    }

    /// The database's URL. All but its scheme is libpq's to judge, which alone knows lists of hosts.
    mutating func postgresqlURL() -> HiddenText {
        let url = checked(KnownSettings.postgresqlURL, or: HiddenText(""), Self.postgresqlURL)
        if PlainText.mayBeSentToDatabase(url.revealed) {
            warn(
                SettingsProblem(
                    KnownSettings.postgresqlURL.name,
                    wrong: "what goes to another machine may go unencrypted, or to somebody else",
                    expected: "sslmode=verify-full in the URL"))
        }
        return url
    }

    /// What a database's URL must look like; nil for anything else.
    static func postgresqlURL(_ text: String) -> HiddenText? {
        let isURL = text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
        return isURL ? HiddenText(text) : nil
    }

    mutating func schema() -> String {
        checked(KnownSettings.postgresqlSchema, or: "") { text in
            text.wholeMatch(of: /[a-z_][a-z0-9_]{0,62}/) == nil ? nil : text
        }
    }

    mutating func targetsURL() -> String {
        checked(KnownSettings.targetsURL, or: "", Self.httpURL)
    }

    /// An address without a slash at its end; nil for what is none.
    static func httpURL(_ text: String) -> String? {
        guard let url = URLComponents(string: text), url.scheme == "http" || url.scheme == "https",
            url.host?.isEmpty == false, url.user == nil, url.password == nil, url.query == nil,
            url.fragment == nil, Self.isPort(url.port)
        else { return nil }
        return String(text.reversed().drop { $0 == "/" }.reversed())
    }

    private static func amqpURL(_ text: String, password: String?) -> String? {
        guard var url = URLComponents(string: text), url.scheme == "amqp" || url.scheme == "amqps",
            url.host?.isEmpty == false, isPort(url.port)
        else { return nil }
        guard let password else { return text }
        if url.user == nil { url.user = "guest" }
        url.password = password
        return url.string
    }

    private static func isPort(_ port: Int?) -> Bool {
        port.map { (1...65_535).contains($0) } ?? true
    }
}
