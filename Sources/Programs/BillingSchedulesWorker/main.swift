import Handoffs
import WorkerPrograms

await WorkerProgram.main(queue: .billingSchedules, summary: "Makes the billing schedule.")
