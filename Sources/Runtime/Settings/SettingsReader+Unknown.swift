extension SettingsReader {
    /// Names that belong to Baton's other programs and its tests, and that a program may find beside its own.
    private static let others: Set = ["BATON_AMQP_API", "BATON_RUN_DIR", "BATON_PORT_OFFSET"]
    private static let prefixOfTests = "BATON_TEST_"

    /// Reports each variable that looks like ours and is not: most likely a known one, misspelt and so without effect.
    mutating func reportUnknown(in environment: [String: String]) {
        let known = known.flatMap(\.variables)
        // Worker and gateway may be started from one shell, with the settings of both.
        let others = Self.others.union((KnownSettings.all + KnownGatewaySettings.all).flatMap(\.variables))
        for name in environment.keys where name.hasPrefix("BATON_") {
            guard !known.contains(name), !others.contains(name), !name.hasPrefix(Self.prefixOfTests) else { continue }
            let nearest = NearestName.of(name.uppercased(), among: known)
            let expected = nearest.map { "\($0), if that was meant" } ?? "one of the documented names"
            report(SettingsProblem(name, wrong: "there is no such setting", expected: expected))
        }
    }
}
