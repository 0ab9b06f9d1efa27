import Settings
import Testing

/// The least that a worker needs.
let least = [
    "BATON_AMQP_URL": "amqps://baton:sesame-amqp@broker-1:5671/%2F",
    "BATON_POSTGRESQL_URL":
        "postgresql://baton:sesame-pg@db-1:5432,db-2:5433/baton?target_session_attrs=read-write&sslmode=verify-full",
    "BATON_TARGETS_URL": "https://targets.example.com/api/",
]

/// Files by their paths; every other path does not exist.
func reading(_ files: [String: SettingsFile]) -> (String) throws -> SettingsFile {
    { path in
        guard let file = files[path] else { throw SettingsFile.Unreadable(reason: "No such file or directory") }
        return file
    }
}

func settings(
    _ changes: [String: String] = [:], files: [String: SettingsFile] = [:],
    constraints: SettingsConstraints = SettingsConstraints()
) throws(SettingsProblems) -> WorkerSettings {
    try WorkerSettings(
        environment: least.merging(changes) { _, new in new }, readFile: reading(files), constraints: constraints)
}

func problems(
    _ changes: [String: String], files: [String: SettingsFile] = [:],
    constraints: SettingsConstraints = SettingsConstraints()
) throws -> [SettingsProblem] {
    let error = try #require(throws: SettingsProblems.self) {
        try settings(changes, files: files, constraints: constraints)
    }
    return error.list
}
