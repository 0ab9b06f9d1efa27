import WorkerPrograms

await WorkerProgram.billingSchedules()
