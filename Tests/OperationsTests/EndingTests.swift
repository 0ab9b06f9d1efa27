import Sagas
import Testing

@testable import Operations

@Suite struct EndingTests {
    private let project = ["create-project": Receipt(externalID: "P-1", origin: .created)]

    @Test("SUP-2.6 what is given up is told with what it has left, and alone where nothing else stands")
    func alone() {
        let ending = Ending(opportunity: "O-1", receipts: project)
        #expect(ending.standing == Standing(state: .discarded, opportunity: "O-1", receipts: project))
    }

    @Test("SUP-2.6 a version that made nothing leaves the one before it as it was")
    func before() {
        func standing(_ state: String, own: [String: Receipt] = [:]) -> Standing.State? {
            let other = Ending.Other(isOpen: false, isHigher: false, state: state, receipts: project)
            return Ending(opportunity: "O-1", other: other, receipts: own).standing?.state
        }
        #expect(standing("finished") == .finished)
        #expect(standing("compensated") == .compensated)
        #expect(standing("stopped") == .discarded)
        #expect(standing("finished", own: project) == .discarded, "what it made is there beside the other's")
    }

    @Test("SUP-2.6 a version that is open, or came later, says itself how it stands")
    func others() {
        for (isOpen, isHigher) in [(true, false), (true, true), (false, true)] {
            let other = Ending.Other(isOpen: isOpen, isHigher: isHigher, state: "finished", receipts: [:])
            #expect(Ending(opportunity: "O-1", other: other).standing == nil)
        }
    }
}
