extension WrittenTables {
    /// Reports packages that contain themselves, and replacements that lead back to what they replace.
    func checkCycles() {
        var components: [String: [String]] = [:]
        for service in services.sound {
            components[service.row.code, default: []] += service.row.components.map(\.service)
        }
        report(services, "the package", "contains itself", components, at: "components")
        report(services, "the service", "replaces itself", replacements(services, \.replacement), at: "replacement")
        report(templates, "the template", "replaces itself", replacements(templates, \.replacement), at: "replacement")
    }

    private func replacements<Row>(
        _ table: LocatedTable<Row>, _ replacement: KeyPath<Row, String?>
    ) -> [String: [String]] {
        var edges: [String: [String]] = [:]
        for located in table.sound {
            edges[located.row.subject, default: []] += [located.row[keyPath: replacement]].compactMap(\.self)
        }
        return edges
    }

    private func report<Row>(
        _ table: LocatedTable<Row>, _ what: String, _ verb: String, _ edges: [String: [String]], at key: String
    ) {
        for located in table.sound where located.written.has(key) {
            let code = located.row.subject
            guard let way = way(from: code, to: code, along: edges) else { continue }
            located.report("\(what) \(code) \(verb): \(way.joined(separator: ", then "))", at: key)
        }
    }

    /// The shortest way along `edges` from `start` back to `end`, or nil.
    private func way(from start: String, to end: String, along edges: [String: [String]]) -> [String]? {
        var ways = (edges[start] ?? []).map { [start, $0] }
        var seen: Set<String> = []
        while !ways.isEmpty {
            let way = ways.removeFirst()
            guard let last = way.last else { continue }
            if last == end { return way }
            guard seen.insert(last).inserted else { continue }
            ways += (edges[last] ?? []).map { way + [$0] }
        }
        return nil
    }
}
