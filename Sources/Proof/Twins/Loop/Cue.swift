import Fleet
import FoundationEssentials
import Sagas

/// Something that comes from outside into a simulated company.
package struct Cue: Sendable {
    /// When it comes.
    package enum Moment: Sendable, Equatable {
        /// Once nothing moves by itself any more.
        case atRest
        /// Before the effect of this number, in the middle of whatever is going on; at rest when there are fewer.
        case before(Int)
    }

    /// What comes.
    package enum Act: Sendable {
        /// An event is published.
        case event(Arrival)
        /// Somebody acts on the incident that parks a handoff, or else on a change order whose base is not there.
        case support(SupportAct)
        /// Somebody decides at the gate at which a handoff waits.
        case decide(isApproved: Bool)
        /// The targets do other things wrong than before.
        case arm([TargetFault])
    }

    package let moment: Moment
    package let act: Act

    package init(_ act: Act, _ moment: Moment = .atRest) {
        self.act = act
        self.moment = moment
    }
}
