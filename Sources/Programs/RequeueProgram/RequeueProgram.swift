import Requeue
import Threads

@main
enum RequeueProgram {
    static func main() async {
        CoreDumps.forbid()
        await RequeueCommand.main()
    }
}
