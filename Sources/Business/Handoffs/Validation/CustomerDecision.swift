import Connectors
import Workers

/// Which customer a deal is carried out for.
public enum CustomerDecision: Sendable, Hashable {
    /// One that nobody has yet.
    case create
    /// The one with this id, which stays as it is.
    case link(id: String)
    /// One of its own under the selling entity, for a customer that has this id under another.
    case extend(id: String)

    /// What is asked about, in the choices of people: `customer`, or `parent`.
    static let customer = "customer"
    static let parent = "parent"
    /// The choice of a person who says that it is nobody who is known.
    static let new = "new"
}

/// Finds out which of the customers that are known is meant, or that a person has to say.
///
/// A customer with the same tax registration, or without a registration on one side and with the very same name, is
/// the same. One whose name is only like it may be. Another registration is another company, whatever its name.
struct CustomerMatching {
    /// Who is looked for.
    let name: String
    let taxID: String?
    /// The legal entity that sells.
    let entity: String
    /// From which likeness of the names on somebody may be the same; 0 to 100.
    let threshold: Int
    /// Whether an equal tax registration makes two the same.
    let taxIDDecides: Bool
    /// Words of names that say nothing.
    let ignoredWords: [String]
    /// Whether a customer that only another entity has gets a record under this one too; otherwise a person is asked.
    let extends: Bool
    /// What it is in the choices of people.
    var role = CustomerDecision.customer

    /// What to search for among names: the two longest words that say who it is, the longer one first.
    var searches: [String] {
        let words = Likeness.words(of: name, ignoring: ignoredWords)
        return Array(Set(words).sorted { ($1.count, $0) < ($0.count, $1) }.prefix(2))
    }

    /// Decides by those that the look-up found; refuses where only a person can, with all candidates.
    func decide(among found: [CustomerMatch], choice: String?) throws(Refused) -> CustomerDecision {
        let candidates = candidates(among: found)
        if let choice { return try decide(as: choice, candidates) }
        let here = candidates.filter { $0.match.entity == entity }
        if here.count == 1, here[0].isSame { return .link(id: here[0].match.id) }
        if !here.isEmpty { throw refusal(here, "may be the same as this one") }
        if candidates.isEmpty { return .create }
        if extends, candidates.count == 1, candidates[0].isSame { return .extend(id: candidates[0].match.id) }
        throw refusal(candidates, "may be the same as this one, not under \(entity)")
    }

    /// A customer that may be the one who is looked for.
    private struct Candidate {
        let match: CustomerMatch
        /// Whether it surely is.
        let isSame: Bool
    }

    private func candidates(among found: [CustomerMatch]) -> [Candidate] {
        let words = Likeness.words(of: name, ignoring: ignoredWords)
        var seen: Set<String> = []
        return found.filter { !$0.isArchived && seen.insert($0.id).inserted }
            .compactMap { match in
                switch (taxID.map(Self.normal), match.taxID.map(Self.normal)) {
                case (let own?, let other?) where taxIDDecides:
                    return own == other ? Candidate(match: match, isSame: true) : nil
                default:
                    let others = Likeness.words(of: match.name, ignoring: ignoredWords)
                    if others == words { return Candidate(match: match, isSame: true) }
                    guard Likeness.of(words, others) >= threshold else { return nil }
                    return Candidate(match: match, isSame: false)
                }
            }
            .sorted { $0.match.id < $1.match.id }
    }

    private func decide(as choice: String, _ candidates: [Candidate]) throws(Refused) -> CustomerDecision {
        if choice == CustomerDecision.new { return .create }
        guard let chosen = candidates.first(where: { $0.match.id == choice }) else {
            throw Refused(
                .duplicateCustomer, "\(choice) was chosen as the \(role), and is not one that may be the same")
        }
        return chosen.match.entity == entity ? .link(id: choice) : .extend(id: choice)
    }

    private func refusal(_ candidates: [Candidate], _ words: String) -> Refused {
        let shown = candidates.prefix(5).map { "\($0.match.id) \"\($0.match.name.prefix(80))\" (\($0.match.entity))" }
        let rest = candidates.count > 5 ? " and \(candidates.count - 5) more" : ""
        return Refused(
            .duplicateCustomer,
            "\(shown.joined(separator: ", "))\(rest) \(words): choose one as the \(role), or \(CustomerDecision.new)")
    }

    /// A registration as it is compared: people write it with and without spaces, dots and dashes.
    private static func normal(_ taxID: String) -> String {
        String(taxID.uppercased().filter { $0.isLetter || $0.isNumber })
    }
}
