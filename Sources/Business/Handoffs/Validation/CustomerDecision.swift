import Catalogs
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
/// A customer is surely the same by its tax registration, however that is written, or by its whole name in its country,
/// legal form and marks included. One whose name is equal without the words that say nothing, or only like it, may be the
/// same: that is a question. Another registration is another company, whatever its name.
struct CustomerMatching {
    /// Who is looked for.
    let name: String
    let taxID: String?
    let country: String
    /// The legal entity that sells.
    let entity: String
    /// When two may be the same.
    let rules: MatchRules?
    /// What it is in the choices of people.
    var role = CustomerDecision.customer

    /// Whether an equal tax registration makes two the same.
    var taxIDDecides: Bool { rules?.taxIDEqual ?? true }
    private var ignoredWords: [String] { rules?.ignoredWords ?? [] }
    private var threshold: Int { rules?.nameSimilarity ?? 100 }
    private var nameDecides: MatchRules.NameDecides { rules?.nameDecides ?? .wholeName }

    /// What to search for among names: the two longest words that say who it is, each in two halves, so that a letter
    /// that is wrong in one half leaves the other to be found by.
    var searches: [String] {
        let words = Set(Likeness.words(of: name, ignoring: ignoredWords).map(Spelling.plain))
        let longest = words.sorted { ($1.count, $0) < ($0.count, $1) }.prefix(2)
        var parts: [String] = []
        for word in longest {
            let isDense = word.unicodeScalars.allSatisfy { $0.properties.isIdeographic }
            guard word.count >= (isDense ? 3 : 6) else {
                parts.append(word)
                continue
            }
            parts += [String(word.prefix(word.count / 2)), String(word.dropFirst(word.count / 2))]
        }
        return parts.reduce(into: []) { unique, part in if !unique.contains(part) { unique.append(part) } }
    }

    /// Decides by those that the look-up found; refuses where only a person can, with all candidates.
    func decide(among found: [CustomerMatch], choice: String?) throws(Refused) -> CustomerDecision {
        let candidates = candidates(among: found)
        if let choice { return try decide(as: choice, candidates) }
        let here = candidates.filter { $0.match.entity == entity }
        if here.count == 1, here[0].isSame { return .link(id: here[0].match.id) }
        if !here.isEmpty { throw refusal(here, "may be the same as this one") }
        if candidates.isEmpty { return .create }
        let extends = rules?.otherEntity == .extend
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
                if let isEqual = registrationIsEqual(to: match) {
                    return isEqual ? Candidate(match: match, isSame: true) : nil
                }
                return likeness(to: match, words).map { Candidate(match: match, isSame: $0) }
            }
            .sorted { $0.match.id < $1.match.id }
    }

    /// Whether both have the same registration; nil where one has none, or it decides nothing.
    private func registrationIsEqual(to match: CustomerMatch) -> Bool? {
        guard taxIDDecides, let taxID, let other = match.taxID else { return nil }
        let (own, theirs) = (
            RegistrationNumber(taxID, country: country), RegistrationNumber(other, country: match.country)
        )
        if theirs.country != nil { return own == theirs }
        guard own.number == theirs.number else { return false }
        // The same digits, and nobody says of which country: with the name they are the same, else a question.
        return Spelling.folded(name) == Spelling.folded(match.name) ? true : nil
    }

    /// Whether a name makes it surely the same, or only perhaps; nil where it is another.
    private func likeness(to match: CustomerMatch, _ words: [String]) -> Bool? {
        let isHere = match.country.map { $0.uppercased() == country }
        if isHere == false, rules?.sameCountry ?? true, !hasSameNumber(as: match) { return nil }
        if Spelling.folded(name) == Spelling.folded(match.name) { return isHere == true && nameDecides != .never }
        let others = Likeness.words(of: match.name, ignoring: ignoredWords)
        if others == words { return isHere == true && nameDecides == .significantWords }
        return hasSameNumber(as: match) || Likeness.of(names: words, others) >= threshold ? false : nil
    }

    /// Whether both numbers have the same digits, though of whom the other one's is nobody says.
    private func hasSameNumber(as match: CustomerMatch) -> Bool {
        guard taxIDDecides, let taxID, let other = match.taxID else { return false }
        return RegistrationNumber(taxID, country: country).number
            == RegistrationNumber(other, country: match.country).number
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
}
