import Support
import Testing

@Suite struct OpenPasswordTests {
    @Test(
        "SEC-F18 a password in an argument is refused before anything is done with it, and not repeated",
        .timeLimit(.minutes(1)),
        arguments: [
            ("requeue", ["list", "--database", "postgresql://support:sesame@127.0.0.1:1/x"]),
            ("requeue", ["list", "--database", "host=127.0.0.1 port=1 password=sesame"]),
            ("requeue", ["list", "--database", "postgresql://127.0.0.1:1/x?user=a&password=sesame"]),
            (
                "requeue",
                ["drain", "--database", "postgresql://a@127.0.0.1:1/x", "--broker", "amqp://a@h,amqp://b:sesame@h"]
            ),
            (
                "baton",
                ["topology", "plan", "--queues", repositoryRoot + "/Queues", "--api", "http://a:sesame@127.0.0.1:1"]
            ),
        ])
    func refused(program: String, arguments: [String]) async throws {
        let printed = try await Printed.by(program, arguments, environment: [:])
        #expect(printed.status == 64 && printed.words.contains("has a password in it"), "\(printed.words)")
        #expect(!printed.words.contains("sesame") && !printed.output.contains("sesame"))
    }
}
