import Handoffs
import WorkerPrograms

await WorkerProgram.main(
    queue: .statusFeedback, summary: "Activates the project, announces it, and tells the CRM how far each deal is.")
