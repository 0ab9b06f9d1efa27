import WorkerPrograms

await WorkerProgram.statusFeedback()
