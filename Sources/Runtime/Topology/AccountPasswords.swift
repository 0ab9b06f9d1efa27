import Foundation

/// Accounts that the broker has to know, each with the password from its file.
public struct AccountPasswords: Sendable {
    /// The accounts, workers first.
    public let accounts: [BrokerAccount]
    private let passwords: [String: Password]

    /// No accounts: who may use the broker is arranged elsewhere.
    public static let none = AccountPasswords(accounts: [], passwords: [:])

    private init(accounts: [BrokerAccount], passwords: [String: Password]) {
        self.accounts = accounts
        self.passwords = passwords
    }

    /// Reads one file per account from `folder`: the workers of `description`, and `publishers`, each for the source of
    /// its name, or written `NAME=SOURCE,SOURCE` for those. Reports every missing, empty or unknown file at once.
    public init(
        for description: TopologyDescription, publishers: [String], in folder: String
    ) throws(DescriptionProblems) {
        var problems: [DescriptionProblem] = []
        var accounts = description.accounts
        let entrance = description.exchanges.first { $0.openTo == .publishers }
        for publisher in publishers {
            let parts = publisher.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let name = parts[0]
            let sources =
                parts.count == 1
                ? nil : parts[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            if let wrong = ([name] + (sources ?? [])).first(where: { !Names.isValid($0) || $0.contains(".") }) {
                problems.append(.init(file: folder, "publisher \"\(wrong)\": \(Names.rule), and no dots"))
            } else if accounts.contains(where: { $0.name == name }) {
                problems.append(.init(file: folder, "publisher \"\(name)\" is named twice, or is a worker's account"))
            } else if let entrance {
                accounts.append(.publisher(named: name, for: sources, writing: entrance.name))
            } else {
                problems.append(.init(file: folder, "publisher \"\(name)\": no exchange is open_to publishers"))
            }
        }
        var passwords: [String: Password] = [:]
        for account in accounts {
            let file = folder + "/" + account.name
            guard let data = FileManager.default.contents(atPath: file) else {
                problems.append(.init(file: file, "the password of account \(account.name) is missing or unreadable"))
                continue
            }
            let text = String(data: data, encoding: .utf8)?.trimmingCharacters(in: .newlines)
            if let text, !text.isEmpty {
                passwords[account.name] = Password(text: text)
            } else {
                problems.append(.init(file: file, "the password is empty, or not UTF-8"))
            }
        }
        let known = Set(accounts.map(\.name))
        let present = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        // Mounted secrets bring dot files of their own.
        for name in present.sorted() where !known.contains(name) && !name.hasPrefix(".") {
            // An account of any other name, such as the administrator's, must never be narrowed by a stray file.
            problems.append(.init(file: folder + "/" + name, "no worker or publisher is named \(name)"))
        }
        guard problems.isEmpty else { throw DescriptionProblems(problems) }
        self.init(accounts: accounts, passwords: passwords)
    }

    /// The password of `account`.
    func password(of account: BrokerAccount) -> Password? { passwords[account.name] }
}

/// A secret that does not print.
struct Password: Sendable, CustomStringConvertible, CustomReflectable {
    let text: String
    var description: String { "<password>" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
