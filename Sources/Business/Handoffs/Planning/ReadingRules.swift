import Catalogs
public import Deals

extension SourcePolicies {
    /// How sources' events are read at `moment`: by the catalog in force, for intake and for everybody who asks beforehand
    /// what it would do.
    public static func inForce(_ catalog: Catalog?, at moment: Timestamp) -> SourcePolicies {
        guard let catalog, let day = CalendarDate(on: moment) else { return .standard }
        return catalog.sourcePolicies(on: day)
    }
}

extension CalendarDate {
    /// The day of `moment` in UTC; nil outside of the calendar.
    init?(on moment: Timestamp) {
        self.init(daysSince1970: Int(moment.millisecondsSince1970 / 86_400_000))
    }
}
