import Sandbox
import Threads

@main
enum SandboxProgram {
    static func main() async {
        CoreDumps.forbid()
        await SandboxCommand.main()
    }
}
