import Foundation
import Workers

/// Shows text to a person: the one way in which these programs print. What would steer a terminal, or turn the order of
/// letters, is escaped, whoever wrote it; lines and tabs stay.
public func say(_ text: String, terminator: String = "\n") {
    FileHandle.standardOutput.write(Data((OutsideText.printable(text, keeping: layout) + terminator).utf8))
}

/// Prints `value` as JSON for programs; what would steer a terminal is escaped as JSON allows.
public func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    say(String(decoding: try encoder.encode(value), as: UTF8.self))
}

/// Says something to the person at the terminal, apart from the data.
public func note(_ text: String, terminator: String = "\n") {
    FileHandle.standardError.write(Data((OutsideText.printable(text, keeping: layout) + terminator).utf8))
}

/// Shows the body of a message: to a person as text without what steers a terminal, or as base64 where it is no text; to a
/// program, or into a file, byte by byte.
public func sayBody(_ body: [UInt8]) {
    guard isatty(STDOUT_FILENO) == 1 else {
        FileHandle.standardOutput.write(Data(body))
        return
    }
    say(String(validating: body, as: UTF8.self) ?? Data(body).base64EncodedString())
}

private let layout: Set<Unicode.Scalar> = ["\n", "\t"]

/// One line of each text, whatever stands in it: a text from outside cannot begin a line of its own.
public func page(_ lines: [String]) -> String {
    lines.map { OutsideText.printable($0, keeping: ["\t"]) }.joined(separator: "\n")
}

/// Whether a person can be asked: both what is read and what is said go to a terminal.
public var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

/// Rows as columns of equal width, each on one line.
public func table(_ rows: [[String]]) -> String {
    let rows = rows.map { $0.map { OutsideText.printable($0) } }
    let columns = rows.first?.count ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
        zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
            .joined(separator: "  ").trimmingCharacters(in: .whitespaces)
    }.joined(separator: "\n")
}
