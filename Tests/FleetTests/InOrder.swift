import Dispatch

/// Runs tasks on one thread, in the order in which they were added: so a test knows who came first.
final class InOrder: TaskExecutor {
    private let queue = DispatchQueue(label: "in order")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Returns when every task that was added before has run up to its first suspension.
    func allHaveBegun() async {
        await Task(executorPreference: self) {}.value
    }
}
