import Logging

/// Writes each log event as one line: a JSON object with time, level, message, logger and the metadata's keys.
///
/// Control characters are escaped, so that a line is always one line; values are cut at 2,000 characters.
public struct JSONLogHandler: LogHandler {
    /// The metadata of every line; an event's own values win over it.
    public var metadata: Logger.Metadata = [:]
    /// Metadata taken from the task's context; it wins over `metadata`.
    public var metadataProvider: Logger.MetadataProvider?
    /// Events below this level are not written.
    public var logLevel: Logger.Level

    private let label: String
    private let isJSON: Bool
    private let sink: LogSink

    /// Writes the lines of the logger `label` to `sink`, in the form that `format` says.
    public init(
        label: String, level: Logger.Level = .info, format: LogFormat = .auto, sink: LogSink = .standardError
    ) {
        self.label = label
        self.sink = sink
        logLevel = level
        switch format {
        case .auto: isJSON = !sink.isTerminal
        case .json: isJSON = true
        case .text: isJSON = false
        }
    }

    /// The value of one metadata key of every line.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line.
    public func log(event: LogEvent) {
        var line: [UInt8] = []
        line.reserveCapacity(512)
        if isJSON {
            appendJSON(event, to: &line)
        } else {
            appendText(event, to: &line)
        }
        line.append(UInt8(ascii: "\n"))
        sink.write(line)
    }

    private func appendJSON(_ event: LogEvent, to line: inout [UInt8]) {
        line.append(contentsOf: #"{"time":""#.utf8)
        Timestamp.now().write(to: &line)
        line.append(contentsOf: #"","level":""#.utf8)
        line.append(contentsOf: event.level.rawValue.utf8)
        line.append(contentsOf: #"","message":"#.utf8)
        LogText.appendQuoted(event.message.description, to: &line)
        line.append(contentsOf: #","logger":"#.utf8)
        LogText.appendQuoted(label, to: &line)
        for (key, value) in pairs(of: event) {
            line.append(UInt8(ascii: ","))
            LogText.appendQuoted(Self.isTaken(key) ? "metadata_" + key : key, to: &line)
            line.append(UInt8(ascii: ":"))
            LogText.appendQuoted(value, to: &line)
        }
        line.append(UInt8(ascii: "}"))
    }

    private func appendText(_ event: LogEvent, to line: inout [UInt8]) {
        Timestamp.now().write(to: &line)
        line.append(UInt8(ascii: " "))
        line.append(contentsOf: event.level.rawValue.utf8)
        line.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(1, 9 - event.level.rawValue.utf8.count)))
        LogText.appendEscaped(event.message.description, to: &line)
        line.append(contentsOf: "  logger=".utf8)
        LogText.appendEscaped(label, to: &line)
        for (key, value) in pairs(of: event) {
            line.append(UInt8(ascii: " "))
            LogText.appendEscaped(key, to: &line)
            line.append(UInt8(ascii: "="))
            if value.isEmpty || value.contains(" ") {
                LogText.appendQuoted(value, to: &line)
            } else {
                LogText.appendEscaped(value, to: &line)
            }
        }
    }

    /// The metadata in the order of its keys, so that equal events give equal lines.
    private func pairs(of event: LogEvent) -> [(key: String, value: String)] {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let own = event.metadata { all.merge(own) { _, new in new } }
        if let error = event.error, all["error"] == nil { all["error"] = "\(error)" }
        return all.map { (key: $0.key, value: $0.value.description) }.sorted { $0.key < $1.key }
    }

    private static func isTaken(_ key: String) -> Bool {
        key == "time" || key == "level" || key == "message" || key == "logger"
    }
}
