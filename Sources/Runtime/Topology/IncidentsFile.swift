import Workers

/// What `incidents.yml` of a `Queues` folder says: for every class of incident, what it means and what to do.
public struct IncidentsFile: Sendable, Equatable {
    /// One entry for each class, in the order of the file.
    public let classes: [IncidentClassDocument]

    /// Reads the file in the folder at `path`; reports everything that is wrong at once.
    public init(at path: String) throws(DescriptionProblems) {
        let document = YAMLDocument(file: path + "/incidents.yml")
        let names = IncidentClass.allCases.map(\.rawValue)
        let top = document.top(allowing: ["classes"])
        guard let entries = top?.mapping("classes", allowing: names) else {
            throw DescriptionProblems(document.problems)
        }
        // In the order of the file, so that what is wrong is reported from top to bottom.
        let known = entries.mapping.keys.compactMap { $0.string.flatMap(IncidentClass.init) }
        for missing in IncidentClass.allCases where !known.contains(missing) {
            entries.report("there is no entry for the class \(missing.rawValue)")
        }
        classes = known.compactMap { IncidentClassDocument($0, in: entries) }
        guard document.problems.isEmpty else { throw DescriptionProblems(document.problems) }
    }
}
