/// A metric as dashboards and alerts know it: once published, its name and labels never change.
public struct MetricName: Sendable, Equatable {
    /// The name, with its unit at the end.
    public let name: String
    /// What it says, as the scrape explains it.
    public let help: String
    /// The labels that every series of it carries.
    public let labels: [String]

    /// Names a metric.
    public init(_ name: String, help: String, labels: [String] = []) {
        self.name = name
        self.help = help
        self.labels = labels
    }

    /// `values` under the labels in their order, as swift-metrics takes them.
    public func dimensions(_ values: String...) -> [(String, String)] {
        precondition(values.count == labels.count, "\(name) has the labels \(labels), not \(values.count) of them")
        return Array(zip(labels, values))
    }
}
