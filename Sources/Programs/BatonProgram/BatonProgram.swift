import Baton
import Threads

@main
enum BatonProgram {
    static func main() async {
        CoreDumps.forbid()
        await BatonCommand.main()
    }
}
