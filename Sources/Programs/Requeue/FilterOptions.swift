import ArgumentParser
import Deals
import Operations
import OperatorConsole

/// Which incidents are meant.
struct FilterOptions: ParsableArguments, Sendable {
    @Option(help: "Only of this queue.")
    var queue: String?

    @Option(name: .customLong("class"), help: "Only of this class.")
    var incidentClass: String?

    @Option(help: "Only those that this team decides on, such as sales_operations.")
    var owner: String?

    @Option(help: "Only those of this step, such as create-project.")
    var step: String?

    @Option(help: "Only of this opportunity, contract, event id or correlation id.")
    var deal: String?

    @Option(help: "Only of customers whose name contains this, in any case.")
    var customer: String?

    @Option(help: "Only those whose trouble began longer ago, whatever was tried since: 30m, 2h, 3d.")
    var olderThan: Age?

    @Option(help: "Only those that were opened, or failed again, more recently: 30m, 2h, 3d.")
    var newerThan: Age?

    @Option(help: "Only deals in this currency.")
    var currency: String?

    @Option(help: "Only deals worth at least this, such as 1200.50; needs --currency.")
    var leastAmount: String?

    @Option(help: "Only deals worth at most this; needs --currency.")
    var mostAmount: String?

    @Option(help: "How many at most, oldest first.")
    var limit: Int?

    /// Whether nothing is left out.
    var isEmpty: Bool {
        let texts = [queue, incidentClass, owner, step, deal, customer, currency, leastAmount, mostAmount]
        return texts.allSatisfy { $0 == nil } && olderThan == nil && newerThan == nil && limit == nil
    }

    func validate() throws {
        if let limit, !(1...100_000).contains(limit) {
            throw ValidationError("--limit must be between 1 and 100000")
        }
        _ = try filter()
    }

    /// The filter that these options mean.
    func filter() throws -> IncidentFilter {
        var filter = IncidentFilter()
        filter.queue = try queue.map { try Known.queue($0) }
        filter.incidentClass = try incidentClass.map { try Known.incidentClass($0) }
        filter.owner = try owner.map { try Known.owner($0) }
        filter.step = try step.map { try Known.step($0) }
        filter.deal = deal
        filter.customer = customer
        filter.olderThan = olderThan?.duration
        filter.newerThan = newerThan?.duration
        filter.currency = currency?.uppercased()
        filter.limit = limit
        guard leastAmount != nil || mostAmount != nil else { return filter }
        guard let code = filter.currency else {
            throw ValidationError("amounts of different currencies cannot be compared: give --currency too")
        }
        guard let currency = Currency(code) else { throw ValidationError("\(code) is no active currency of ISO 4217") }
        filter.leastAmount = try leastAmount.map { try amount($0, currency, "--least-amount") }
        filter.mostAmount = try mostAmount.map { try amount($0, currency, "--most-amount") }
        return filter
    }

    private func amount(_ text: String, _ currency: Currency, _ option: String) throws -> Int64 {
        guard let amount = minorUnits(text, in: currency) else {
            throw ValidationError(
                "\(option) must be an amount with at most \(currency.exponent) decimal places, not '\(text)'")
        }
        return amount
    }
}
