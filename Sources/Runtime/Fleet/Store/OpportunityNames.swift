import Sagas

/// Under which opportunity an arrival is decided upon.
package enum OpportunityPlace: Sendable, Equatable {
    /// The one that it names.
    case itself
    /// Another, which the source calls so too, or called so before a merge.
    case elsewhere(String)
    /// Several that were handed over before they were merged: only a person can say which of them stays.
    case several([String])
}

/// What is known of the names of opportunities while their lanes are locked.
package struct OpportunityNames: Sendable, Equatable {
    /// The opportunity, by each of its other names.
    package var opportunities: [String: String]
    /// Those that wait for a signature.
    package var waiting: Set<String>

    package init(opportunities: [String: String] = [:], waiting: Set<String> = []) {
        self.opportunities = opportunities
        self.waiting = waiting
    }

    /// Finds the one opportunity of an arrival: the one that stands, or else any of which something is known, by whatever
    /// name. What was handed over keeps the name that it had.
    package func place(of arrival: Arrival, in lanes: [String: LaneView]) -> OpportunityPlace {
        let all = [arrival.opportunity] + arrival.names
        if all.count == 1, opportunities[arrival.opportunity] == nil { return .itself }
        let candidates = candidates(of: arrival, in: lanes)
        let standing = candidates.filter { lanes[$0]?.standing != nil }
        if standing.count > 1, arrival.ignoredBecause == nil { return .several(standing) }
        let known =
            standing.first ?? candidates.first { lanes[$0]?.versions.isEmpty == false }
            ?? candidates.first(where: waiting.contains)
            ?? candidates.first { lanes[$0]?.signedTexts.isEmpty == false }
            ?? all.lazy.compactMap { opportunities[$0] }.first ?? arrival.opportunity
        return known == arrival.opportunity ? .itself : .elsewhere(known)
    }

    /// The opportunities that an arrival may be about, each once.
    private func candidates(of arrival: Arrival, in lanes: [String: LaneView]) -> [String] {
        ([arrival.opportunity] + arrival.names).reduce(into: []) { found, name in
            let one = lanes[name]?.standing != nil ? name : opportunities[name] ?? name
            if !found.contains(one) { found.append(one) }
        }
    }

    /// The names that an arrival which was decided upon adds to its opportunity's; the first word on each stays. Where
    /// several stand, none: whose name it is shows when a person has decided which of them stays.
    package func news(of arrival: Arrival, in lanes: [String: LaneView]) -> [String] {
        guard candidates(of: arrival, in: lanes).count(where: { lanes[$0]?.standing != nil }) < 2 else { return [] }
        return arrival.names.filter { opportunities[$0] == nil && $0 != arrival.opportunity }
    }
}

extension LaneView {
    /// The version by which something of the opportunity stands: it was not called off.
    package var standing: Version? {
        versions.filter { version in
            version.kind != .cancel
                && !versions.contains {
                    $0.kind == .cancel && $0.contract == version.contract && $0.version > version.version
                }
        }
        .max { ($0.contract, $0.version) < ($1.contract, $1.version) }
    }

    /// Why a deal is not taken that was merged of several which were handed over.
    package static func merged(_ opportunities: [String]) -> String {
        "\(opportunities.joined(separator: " and ")) were handed over before they were merged into one deal: cancel those "
            + "that do not stay, then have this one published again under a new event id"
    }
}

extension Admission {
    /// Nothing is recorded: the event is to be admitted under the name that its opportunity has here.
    package init(of arrival: Arrival, elsewhere opportunity: String) {
        self.init(
            outcome: .ignored, reason: nil, handoff: nil, correlationID: arrival.correlationID, isCopy: false)
        elsewhere = opportunity
    }
}
