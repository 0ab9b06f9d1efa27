import Handoffs
import WorkerPrograms

await WorkerProgram.main(queue: .projectProvisioning, summary: "Makes customer, project and tasks.")
