import Catalogs
import Deals
import Workers

/// What can be said of a deal without asking anybody.
public enum Validation {
    /// The most findings of one deal that are told; the class is the first one's.
    static let mostFindings = Limits.standard.findings

    /// Everything because of which `deal` cannot be planned by `catalog`, all at once and most important first; empty for
    /// a deal that can. Pure: no call, no clock. The rules are those of the contract's first day.
    public static func findings(on deal: Deal, by catalog: Catalog) -> [PlanFinding] {
        Array(Resolution(of: deal, by: catalog).findings.prefix(mostFindings))
    }
}
