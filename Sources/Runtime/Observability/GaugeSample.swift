/// One value of a gauge that is asked for at each scrape instead of being kept up to date.
public struct GaugeSample: Sendable, Equatable {
    /// The gauge's name.
    public let name: String
    /// What it says.
    public let help: String
    /// The labels of this value.
    public let labels: [String: String]
    /// The value.
    public let value: Double

    /// A value of a gauge by name.
    public init(name: String, help: String, labels: [String: String] = [:], value: Double) {
        self.name = name
        self.help = help
        self.labels = labels
        self.value = value
    }

    /// A value of a known gauge, with its label values in the order of its labels.
    public init(_ metric: MetricName, _ labelValues: String..., value: Double) {
        precondition(
            labelValues.count == metric.labels.count,
            "\(metric.name) has the labels \(metric.labels), not \(labelValues.count) of them")
        let labels = Dictionary(zip(metric.labels, labelValues)) { first, _ in first }
        self.init(name: metric.name, help: metric.help, labels: labels, value: value)
    }
}
