import Workers

/// What is said of an amount below zero, whoever reads it: a seller writes a discount as a line of its own, and only a
/// seller can put it where a contract can be billed by it.
public enum BelowZero {
    /// What is wrong.
    public static let text = "is below zero"
    /// What to do in the CRM.
    public static let cure =
        "Put the discount or credit into the prices of the lines that it is for, or take it off the price list's "
        + "prices as pricing: no line is billed at less than nothing."
    /// Who can do it.
    public static let owner = IncidentClass.Owner.salesOperations

    /// Whether that is what the finding says.
    static func isMeant(by finding: Finding) -> Bool { finding.owner == owner && finding.text == text }
}
