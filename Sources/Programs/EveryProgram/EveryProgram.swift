import Baton
import Foundation
import GatewayService
import Requeue
import Sandbox
import Threads
import WorkerPrograms

/// One file that is every program of the image: the name by which it is called says which.
@main
enum EveryProgram {
    static func main() async {
        CoreDumps.forbid()
        switch CommandLine.arguments.first?.split(separator: "/").last ?? "" {
        case "baton": await BatonCommand.main()
        case "requeue": await RequeueCommand.main()
        case "deal-events-worker": await WorkerProgram.dealEvents()
        case "project-provisioning-worker": await WorkerProgram.projectProvisioning()
        case "billing-schedules-worker": await WorkerProgram.billingSchedules()
        case "status-feedback-worker": await WorkerProgram.statusFeedback()
        case "dead-letter-collector": await CollectorProgram.main()
        case "gateway": await GatewayProgram.main()
        case "sandbox": await SandboxCommand.main()
        case let name:
            FileHandle.standardError.write(Data("\(name) is the name of no program: call one of the links\n".utf8))
            exit(64)
        }
    }
}
