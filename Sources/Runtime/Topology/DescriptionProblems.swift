/// One thing wrong with a file of the description.
public struct DescriptionProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file or folder.
    public let file: String
    /// The line, from 1, where the file could be read that far.
    public let line: Int?
    /// What is wrong, and what would be right.
    public let sentence: String

    /// Names a problem at `line` of `file`.
    public init(file: String, line: Int? = nil, _ sentence: String) {
        self.file = file
        self.line = line
        self.sentence = sentence
    }

    /// `file:line: sentence`, as compilers print it.
    public var description: String { "\(file):\(line.map { "\($0):" } ?? "") \(sentence)" }
}

/// Everything that is wrong with a description, at once.
public struct DescriptionProblems: Error, Sendable, Equatable, CustomStringConvertible {
    /// The problems, by file and line.
    public let problems: [DescriptionProblem]

    /// Collects problems, by file and line.
    public init(_ problems: [DescriptionProblem]) {
        self.problems = problems.sorted { ($0.file, $0.line ?? 0, $0.sentence) < ($1.file, $1.line ?? 0, $1.sentence) }
    }

    /// One line per problem.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
