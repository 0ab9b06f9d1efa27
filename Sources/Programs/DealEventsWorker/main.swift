import WorkerPrograms

await WorkerProgram.dealEvents()
