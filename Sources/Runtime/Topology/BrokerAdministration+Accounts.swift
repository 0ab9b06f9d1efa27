extension BrokerAdministration {
    private struct User: Codable {
        var password: String?
        var tags: Tags
    }

    private struct Rights: Codable {
        var configure: String
        var write: String
        var read: String
    }

    /// The account of the same name that the broker knows; a user without rights here counts, with none.
    func find(_ account: BrokerAccount) async throws(TopologyError) -> BrokerAccount? {
        guard let user = try await find(["users", account.name], as: User.self) else { return nil }
        let rights = try await find(["permissions", virtualHost, account.name], as: Rights.self)
        let topics = try await find(
            ["topic-permissions", virtualHost, account.name], as: [BrokerAccount.TopicLimit].self)
        return BrokerAccount(
            name: account.name, configure: rights?.configure ?? "nothing", write: rights?.write ?? "nothing",
            read: rights?.read ?? "nothing", topics: topics ?? [], tags: user.tags.names)
    }

    private struct Listed: Decodable {
        var name: String
        var tags: Tags
    }

    /// The administrators who can log in with their own name as password, as `guest` of a new broker can. Who may not list
    /// users hears of `guest` alone.
    func openAdministrators() async throws(TopologyError) -> [String] {
        var names = ["guest"]
        do throws(TopologyError) {
            let users = try await find(["users"], as: [Listed].self) ?? []
            names = users.filter { $0.tags.names.contains("administrator") }.map(\.name)
        } catch {
            // Only administrators see all users.
            guard case .notAuthorized = error else { throw error }
        }
        var open: [String] = []
        for name in names.sorted() {
            let user = try await find(["whoami"], as: Listed.self, loggingInAs: name)
            if user?.tags.names.contains("administrator") == true { open.append(name) }
        }
        return open
    }

    /// Creates the account or sets it right. Rights come before topic limits would be missed: the limits first.
    func declare(_ account: BrokerAccount, _ passwords: AccountPasswords) async throws(TopologyError) {
        guard let password = passwords.password(of: account) else { throw .noPassword(account: account.name) }
        let user = User(password: password.text, tags: Tags(names: account.tags))
        try await declare("PUT", ["users", account.name], user)
        for topic in account.topics {
            try await declare("PUT", ["topic-permissions", virtualHost, account.name], topic)
        }
        let rights = Rights(configure: account.configure, write: account.write, read: account.read)
        try await declare("PUT", ["permissions", virtualHost, account.name], rights)
    }
}

/// A user's tags: the API takes a text, and answers with a list or (before 3.9) with a text.
private struct Tags: Codable {
    var names: [String]

    init(names: [String]) {
        self.names = names
    }

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let list = try? value.decode([String].self) {
            names = list
        } else {
            names = try value.decode(String.self).split(separator: ",").map(String.init)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(names.joined(separator: ","))
    }
}
