import Deals

/// A primary quote of Salesforce CPQ with its lines, as it is read over REST.
///
/// The quote's status is the stage, so that an approved quote can start a handoff before the opportunity is closed. The
/// deal's version is the quote's version field (`Baton_Version__c`): the package has none of its own.
public struct CPQQuote: SourceMapping {
    /// The type.
    public static let type = "cpq.quote.v1"

    private let rules: SourceRules

    /// Reads by these settings.
    public init(_ settings: MappingSettings = .standard) {
        rules = settings.rules(for: CPQQuote.type)
    }

    /// The type.
    public var type: String { CPQQuote.type }

    /// Reads the quote.
    public func map(_ data: JSON, at stages: SourceStages) throws(MappingFailure) -> MappedEvent {
        let record = SourceRecord(try Located.data(data))
        guard case .bool(let isPrimary)? = record.value(at: ["SBQQ__Primary__c"])?.json else {
            throw MappingFailure(
                "is missing or neither true nor false", at: "\(record.path).SBQQ__Primary__c",
                cure: "Read the quote with this field: only the primary quote of an opportunity is sold.")
        }
        guard isPrimary else {
            try checkIsUnsold(record)
            return .nothing(because: "the quote is not the primary one of its opportunity")
        }
        // Before anything is summed: totals lag behind as long as a quote is worked on.
        if let reason = try rules.nothing(in: record, at: stages) { return .nothing(because: reason) }
        return try rules.event(from: record, at: stages, lines: try sold(in: record))
    }

    /// A quote that was ordered, or that its opportunity names as the primary one, is not another than that.
    private func checkIsUnsold(_ record: SourceRecord) throws(MappingFailure) {
        let isOrdered = record.value(at: ["SBQQ__Ordered__c"])?.json == .bool(true)
        let named = record.id(["SBQQ__Opportunity2__r", "SBQQ__PrimaryQuote__c"])
        guard isOrdered || named != nil && named == record.id(["Id"]) else { return }
        throw MappingFailure(
            "is false, and the quote is ordered or the one that its opportunity names",
            at: "\(record.path).SBQQ__Primary__c", cure: "Read the quote again, with its opportunity.")
    }

    /// The lines that are sold, each price once: options that nobody took and headings of bundles left out.
    private func sold(in record: SourceRecord) throws(MappingFailure) -> [SourceRecord]? {
        var reader = rules.reader
        let all = reader.records(.lines, in: record)
        // What is missing or no list is told where the deal is put together.
        guard !all.isEmpty else { return nil }
        let lines = all.filter {
            $0.value(at: ["SBQQ__Optional__c"])?.json != .bool(true)
        }
        guard let currency = reader.currency(in: record), let total = reader.minor(.total, currency, in: record) else {
            return lines
        }
        var bundleLines: [BundleLine] = []
        for (index, line) in lines.enumerated() {
            // What is unreadable is reported with everything else when the lines are read.
            guard let amount = reader.minor(.amount, currency, in: line) else { return lines }
            bundleLines.append(
                BundleLine(
                    index: index, id: line.id(["Id"]), requiredBy: line.id(["SBQQ__RequiredBy__c"]), amount: amount))
        }
        guard let sold = BundleLine.sold(bundleLines, total: total) else {
            let path = reader.find(.total, in: record)?.path ?? record.path
            throw MappingFailure(
                "is neither the sum of all lines nor of those without their bundles", at: path,
                cure: "Send the quote after its calculation has ended, with the lines that make up its net amount.")
        }
        return sold.map { lines[$0] }
    }
}

extension SourceRecord {
    fileprivate func id(_ path: [String]) -> String? {
        guard case .string(let text)? = value(at: path)?.json else { return nil }
        return SalesforceID(text)?.description ?? text
    }
}
