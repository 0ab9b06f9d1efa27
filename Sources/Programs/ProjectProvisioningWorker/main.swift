import WorkerPrograms

await WorkerProgram.projectProvisioning()
