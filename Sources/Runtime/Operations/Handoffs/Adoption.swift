/// A step of a handoff, for the question whether a person's own work may stand for it.
struct AdoptableStep: Sendable, Equatable {
    let ordinal: Int
    let name: String
    let state: String
}

/// The step that may adopt; throws ``ActRefused`` where the handoff is not standing still before exactly this step.
func stepToAdopt(
    _ name: String, state: String, direction: String, steps: [AdoptableStep]
) throws(ActRefused) -> AdoptableStep {
    guard state == "parked" || state == "waiting" else {
        throw ActRefused("the handoff is \(state): only one that is parked or waits can adopt")
    }
    guard direction == "do" else { throw ActRefused("the handoff is being undone: nothing is made in it any more") }
    guard let step = steps.first(where: { $0.name == name }) else {
        let names = steps.map(\.name).joined(separator: ", ")
        throw ActRefused(
            steps.isEmpty ? "the handoff has no steps yet: it was not planned" : "there is no step \(name): \(names)")
    }
    guard step.state != "intent" else {
        throw ActRefused("it is not known whether \(name) took effect: 'requeue send' finds out, then adopt")
    }
    guard step.state == "planned" else { throw ActRefused("\(name) is \(step.state) already") }
    let next = steps.first { $0.state == "planned" || $0.state == "intent" }
    guard next == step else { throw ActRefused("\(next?.name ?? "another step") comes before \(name)") }
    return step
}
