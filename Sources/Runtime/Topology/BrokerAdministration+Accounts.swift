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
