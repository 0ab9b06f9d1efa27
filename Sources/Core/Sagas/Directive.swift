/// Whether a handoff makes its effects or takes them back.
public enum Direction: String, Sendable, Codable {
    /// Steps are done, first to last.
    case forwards = "do"
    /// Steps are undone, strictly last to first.
    case backwards = "undo"
}

/// What a worker has to do next with a handoff. Steps are named by their place in the list that was asked about.
public enum Directive: Sendable, Equatable {
    /// Announce and make the effect of this step.
    case perform(Int)
    /// Ask the target what the announced call did.
    case readBack(Int)
    /// Ask the target for what a person made by hand.
    case adopt(Int)
    /// Announce taking back the effect of this step, and take it back.
    case compensate(Int)
    /// Ask the target whether the effect that was to be taken back is still there.
    case readBackUndo(Int)
    /// Wait until a read-back counts.
    case waitUntilSettled(Int)
    /// Hand the row to another queue's workers.
    case handOver(queue: String)
    /// Close the handoff: everything is done.
    case finish
    /// Close the handoff: nothing of it stands any more but what was kept.
    case compensated
}

/// Says what comes next for steps that stand so, for a worker of `queue`.
///
/// Forwards the first step that is not done decides, backwards the last that still stands or may stand: one at a time
/// either way. The list may hold the steps of several handoffs, earliest version first.
public func directive(after steps: [StepRecord], going direction: Direction, in queue: String) -> Directive {
    let next =
        switch direction {
        case .forwards: steps.firstIndex { !$0.state.isPassed }
        case .backwards: steps.lastIndex { $0.state.mayStand }
        }
    guard let next else { return direction == .forwards ? .finish : .compensated }
    let step = steps[next]
    if step.queue != queue { return .handOver(queue: step.queue) }
    switch step.state {
    case .planned: return step.adoptID == nil ? .perform(next) : .adopt(next)
    case .intent: return step.isSettled ? .readBack(next) : .waitUntilSettled(next)
    case .undoing: return step.isSettled ? .readBackUndo(next) : .waitUntilSettled(next)
    // Forwards these are passed over, and backwards all but what is done.
    case .done, .undone, .kept, .skipped: return .compensate(next)
    }
}
