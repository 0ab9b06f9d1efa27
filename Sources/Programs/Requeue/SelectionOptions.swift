import ArgumentParser
import Operations
import OperatorConsole

/// A set of incidents that is frozen before anything is done to it.
struct SelectionOptions: ParsableArguments, Sendable {
    @Argument(help: "Ids of cases, or their beginnings; the id of any round stands for its case.")
    var ids: [String] = []

    @Flag(help: "All that the filters match, instead of ids.")
    var allMatching = false

    @OptionGroup(title: "Filters") var filter: FilterOptions

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(help: "Show what would be done, and do nothing.")
    var dryRun = false

    @Flag(help: "Print each outcome as JSON.")
    var json = false

    @OptionGroup(title: "Servers") var database: DatabaseOptions
    @OptionGroup(title: "Servers") var broker: BrokerOptions

    func validate() throws {
        switch (ids.isEmpty, allMatching) {
        case (true, false): throw ValidationError("name cases by id, or say --all-matching")
        case (false, true): throw ValidationError("give either ids or --all-matching, not both")
        case (false, false) where !filter.isEmpty:
            throw ValidationError("filters need --all-matching; ids are taken as they are")
        default: return
        }
    }

    /// The incidents that are meant, each once; held ones only where `act` is to release them, or they are named.
    func frozen(for act: Act, _ inquiries: IncidentInquiries) async throws -> [IncidentLine] {
        guard allMatching else { return try await known { try await inquiries.find(ids) } }
        var filter = try filter.filter()
        if act.kind == .release { filter.state = .held } else { filter.leavesOutHeld = true }
        return try await inquiries.list(filter)
    }
}
