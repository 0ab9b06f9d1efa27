import Handoffs
import WorkerPrograms

await WorkerProgram.main(queue: .dealEvents, summary: "Takes deal events, checks them, and plans handoffs.")
