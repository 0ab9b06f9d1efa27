@main
enum Sandbox {
    static func main() async { await SandboxCommand.main() }
}
