import Workers

/// What `incidents.yml` says about one class of incident, in words for the people who have to deal with it.
public struct IncidentClassDocument: Sendable, Equatable {
    /// Whether sending the same message again can help.
    public enum Retry: String, Sendable, CaseIterable {
        /// It cannot: a corrected message has to be published, this one discarded.
        case never
        /// It can once something is fixed; nothing is tried before a person sends it.
        case afterFix = "after_fix"
        /// It was tried by itself until attempts or time were used up; a person sends it when the target is well.
        case automatic
    }

    /// The class.
    public let incidentClass: IncidentClass
    /// What happened.
    public let what: String
    /// Who fixes it.
    public let who: String
    /// In which system, and at which record.
    public let whereToFix: String
    /// What to press afterwards.
    public let next: String
    /// Whether sending the same message again can help.
    public let retry: Retry

    /// Reads the entry of `incidentClass`; reports what is wrong there and returns nothing then.
    init?(_ incidentClass: IncidentClass, in entries: YAMLMapping) {
        let keys = ["owner", "what", "who", "where", "next", "retry"]
        let name = incidentClass.rawValue
        guard let value = entries.value(name),
            let entry = entries.document.mapping(value, "`\(name)`", allowing: keys)
        else { return nil }
        let owner = entry.text("owner")
        if let owner, owner != incidentClass.owner.rawValue {
            entry.report(
                "`owner` is \(owner); incidents of this class belong to \(incidentClass.owner.rawValue)", at: "owner")
        }
        let what = entry.text("what")
        let who = entry.text("who")
        let whereToFix = entry.text("where")
        let next = entry.text("next")
        let retry = entry.text("retry")
        let values = Retry.allCases.map(\.rawValue).joined(separator: ", ")
        if let retry, Retry(rawValue: retry) == nil {
            entry.report("`retry` is \(retry); it has to be one of \(values)", at: "retry")
        }
        guard owner != nil, let what, let who, let whereToFix, let next, let retry = retry.flatMap(Retry.init) else {
            return nil
        }
        self.incidentClass = incidentClass
        self.what = what
        self.who = who
        self.whereToFix = whereToFix
        self.next = next
        self.retry = retry
    }
}
