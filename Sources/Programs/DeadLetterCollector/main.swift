import WorkerPrograms

await CollectorProgram.main()
