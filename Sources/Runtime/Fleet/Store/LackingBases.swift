import Workers

extension IncidentClass {
    /// The classes of change orders whose base is not there, as a list for statements.
    package static let lackingBases =
        "(\(allCases.filter(\.lacksBase).map { "'\($0.rawValue)'" }.joined(separator: ", ")))"
}
