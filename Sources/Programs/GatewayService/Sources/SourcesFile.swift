import Foundation
import Mappings
import Settings
import Yams

/// The file that describes the sources; collects everything that is wrong with it instead of stopping at the first.
struct SourcesFile {
    /// The sources, by name.
    private(set) var sources: [String: Source] = [:]
    private var problems: [SettingsProblem] = []
    private let file: String
    private let secretsFolder: String
    private let readFile: (String) throws -> SettingsFile

    private static let expected = "a mapping `sources` of slugs, each with `kind` and `secrets`"
    private static let keys = [
        "kind", "secrets", "header", "parameter", "organisations", "public_url", "api", "api_token", "properties",
    ]

    /// Reads `file`; secrets are files in `secretsFolder`. Throws all that is wrong.
    static func read(
        _ file: String, secretsIn secretsFolder: String,
        readFile: @escaping (String) throws -> SettingsFile = SettingsFile.read
    ) throws(SettingsProblems) -> [String: Source] {
        var reading = SourcesFile(file: file, secretsFolder: secretsFolder, readFile: readFile)
        reading.read()
        guard reading.problems.isEmpty else { throw SettingsProblems(reading.problems) }
        return reading.sources
    }

    private init(file: String, secretsFolder: String, readFile: @escaping (String) throws -> SettingsFile) {
        self.file = file
        self.secretsFolder = secretsFolder
        self.readFile = readFile
    }

    private mutating func report(_ wrong: String, _ expected: String = SourcesFile.expected) {
        problems.append(SettingsProblem("BATON_GATEWAY_SOURCES", wrong: "\(file): \(wrong)", expected: expected))
    }

    private mutating func read() {
        let top: Node?
        do {
            top = try Yams.compose(yaml: String(decoding: try readFile(file).bytes, as: UTF8.self))
        } catch let problem as SettingsFile.Unreadable {
            return report("it cannot be read: \(problem)")
        } catch {
            return report("it is not YAML: \(error)")
        }
        guard let entries = top?.mapping?["sources"]?.mapping, !entries.isEmpty else {
            return report("there is no mapping `sources` in it")
        }
        for (key, value) in entries {
            guard let name = key.string, Self.isSlug(name) else {
                report(
                    "a source is called \"\(key.string ?? "?")\"", "a small letter, then small letters, digits and -")
                continue
            }
            guard let mapping = value.mapping else {
                report("\(name) is no mapping")
                continue
            }
            guard sources[name] == nil else {
                report("\(name) is described twice", "one description for each source")
                continue
            }
            sources[name] = source(name, mapping)
        }
    }

    private mutating func source(_ name: String, _ mapping: Node.Mapping) -> Source? {
        for (key, _) in mapping where !Self.keys.contains(key.string ?? "") {
            report("\(name) has a key `\(key.string ?? "?")`", "one of \(Self.keys.joined(separator: ", "))")
        }
        guard let kind = mapping["kind"]?.string.flatMap(SourceKind.init) else {
            report("\(name) has no `kind` that is known", SourceKind.allCases.map(\.rawValue).joined(separator: ", "))
            return nil
        }
        let before = problems.count
        let secrets = texts("secrets", of: name, mapping).compactMap { secret($0, of: name) }
        if mapping["secrets"] == nil {
            report("\(name) has no `secrets`", "names of files in \(secretsFolder): without one anybody could send")
        }
        let organisations = texts("organisations", of: name, mapping)
        if kind.needsOrganisations, organisations.isEmpty {
            report("\(name) has no `organisations`", "the ids of the organisations that may send")
        }
        if !kind.namesOrganisations, mapping["organisations"] != nil {
            report("\(name) has `organisations`, which nothing checks for \(kind.rawValue)", "no `organisations`")
        }
        if kind == .salesforceOutbound, organisations.contains(where: { SalesforceID($0) == nil }) {
            report("`organisations` of \(name) has what is no id of Salesforce", "ids of 15 or 18 characters")
        }
        let place = place(of: name, kind, mapping)
        let publicURL = address("public_url", of: name, mapping, isNeeded: kind.needsPublicURL)
        let api = api(of: name, mapping, isNeeded: kind.needsAPI)
        guard problems.count == before else { return nil }
        return Source(
            name: name, kind: kind, secrets: secrets, place: place, organisations: Set(organisations),
            publicURL: publicURL, api: api)
    }

    private mutating func api(of name: String, _ mapping: Node.Mapping, isNeeded: Bool) -> Source.API? {
        let base = address("api", of: name, mapping, isNeeded: isNeeded)
        let token = mapping["api_token"]?.string.flatMap { secret($0, of: name) }
        if isNeeded, mapping["api_token"] == nil {
            report("\(name) has no `api_token`", "the name of a file in \(secretsFolder)")
        }
        let properties = texts("properties", of: name, mapping)
        guard let base, let token else { return nil }
        return Source.API(base: base, token: token, properties: properties)
    }

    private mutating func texts(_ key: String, of name: String, _ mapping: Node.Mapping) -> [String] {
        guard let value = mapping[Node(key)] else { return [] }
        let texts = value.sequence?.compactMap { $0.string?.isEmpty == false ? $0.string : nil } ?? []
        if texts.isEmpty || texts.count != value.sequence?.count {
            report("`\(key)` of \(name) is no list of texts", "a list of texts")
        }
        return texts
    }

    /// Where a source that signs nothing shows its secret: Dataverse and Salesforce can put it into the address only.
    private mutating func place(
        of name: String, _ kind: SourceKind, _ mapping: Node.Mapping
    ) -> SharedSecretVerification.Place {
        let (header, parameter) = (mapping["header"]?.string, mapping["parameter"]?.string)
        for key in ["header", "parameter"] where kind.signs && mapping[Node(key)] != nil {
            report("\(name) has `\(key)`, which nothing reads for \(kind.rawValue): it signs", "no `\(key)`")
        }
        if header != nil, parameter != nil {
            report("\(name) has both `header` and `parameter`", "the one place where the secret is shown")
        }
        if let parameter { return .parameter(parameter) }
        if let header { return .header(header) }
        return kind == .dynamics || kind == .salesforceOutbound ? .parameter("code") : .header("X-Webhook-Secret")
    }

    private mutating func address(
        _ key: String, of name: String, _ mapping: Node.Mapping, isNeeded: Bool
    ) -> String? {
        let text = mapping[Node(key)]?.string
        if let text, let url = URLComponents(string: text), url.scheme == "http" || url.scheme == "https",
            url.host?.isEmpty == false, url.user == nil, url.query == nil, url.fragment == nil
        {
            return String(text.reversed().drop { $0 == "/" }.reversed())
        }
        if text != nil || isNeeded {
            report("`\(key)` of \(name) \(text == nil ? "is missing" : "is no address")", "an http:// or https:// URL")
        }
        return nil
    }

    private mutating func secret(_ fileName: String, of name: String) -> HiddenText? {
        let path = fileName.hasPrefix("/") ? fileName : "\(secretsFolder)/\(fileName)"
        let expected = "a readable file with 16 bytes or more"
        do {
            var bytes = try readFile(path).bytes
            while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
            guard bytes.count >= 16, let text = String(validating: bytes, as: UTF8.self) else {
                report("the secret \(path) of \(name) is too short, or not text", expected)
                return nil
            }
            return HiddenText(text)
        } catch {
            report("the secret \(path) of \(name) cannot be read: \(error)", expected)
            return nil
        }
    }

    private static func isSlug(_ name: String) -> Bool {
        name.wholeMatch(of: /[a-z][a-z0-9-]{0,62}/) != nil
    }
}
