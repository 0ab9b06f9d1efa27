/// The layers, and who may import whom. A module's layer is the folder it is in.
enum Layers {
    /// Arrows point down only: what does the company's work does not know how a process lives, and the other way round.
    static let mayImport: [String: Set<String>] = [
        "Programs": ["Programs", "Proof", "Business", "Runtime", "Core", "Drivers"],
        "Proof": ["Proof", "Business", "Runtime", "Core", "Drivers"],
        "Business": ["Business", "Core"],
        "Runtime": ["Runtime", "Core", "Drivers"],
        "Core": ["Core"],
        "Drivers": ["Drivers"],
    ]

    /// Each C library is seen by one module only.
    static let onlyImporter = ["CRabbitMQ": "RabbitMQ", "CPostgreSQL": "PostgreSQL"]

    /// All that is wrong with the imports of `files`, and with the manifest itself.
    static func findings(in files: [SourceFile], of manifest: Manifest) -> [Finding] {
        manifest.targets.flatMap { findings(for: $0, in: manifest) }
            + files.flatMap { findings(in: $0, of: manifest) }
    }

    static func layer(of target: Manifest.Target) -> String? {
        let parts = target.folder.split(separator: "/")
        return parts.count >= 3 && parts[0] == "Sources" ? String(parts[1]) : nil
    }

    private static func findings(for target: Manifest.Target, in manifest: Manifest) -> [Finding] {
        guard target.type != "test", !target.folder.hasPrefix("Tests/") else { return [] }
        guard let layer = layer(of: target), let allowed = mayImport[layer] else {
            return [Finding(path: "Package.swift", line: 1, text: "\(target.name) is in no layer: \(target.folder)")]
        }
        return manifest.targets.filter { target.modules.contains($0.name) }.compactMap { other in
            guard let below = Self.layer(of: other), !allowed.contains(below) else { return nil }
            return Finding(
                path: "Package.swift", line: 1,
                text: "\(target.name) (\(layer)) must not depend on \(other.name) (\(below))")
        }
    }

    private static func findings(in file: SourceFile, of manifest: Manifest) -> [Finding] {
        guard let importer = manifest.target(of: file.path) else {
            return [Finding(path: file.path, line: 1, text: "no target has this file")]
        }
        let allowed = layer(of: importer).flatMap { mayImport[$0] }
        return imports(of: file).flatMap { line, module -> [Finding] in
            guard let target = manifest.targets.first(where: { $0.name == module }) else { return [] }
            var texts: [String] = []
            if !importer.modules.contains(module) {
                texts.append("\(importer.name) imports \(module) without declaring it in Package.swift")
            }
            if let allowed, let below = layer(of: target), !allowed.contains(below) {
                texts.append("\(importer.name) must not import \(module): it is in \(below)")
            }
            if allowed != nil, let only = onlyImporter[module], only != importer.name {
                texts.append("\(module) may be imported by \(only) only")
            }
            return texts.map { Finding(path: file.path, line: line, text: $0) }
        }
    }

    /// The modules imported, each with its line; `import struct Deals.Money` imports Deals.
    static func imports(of file: SourceFile) -> [(line: Int, module: String)] {
        let kinds: Set = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
        return file.codeLines.enumerated().compactMap { index, line in
            guard let declaration = Declaration(line), declaration.keyword == "import" else { return nil }
            guard kinds.contains(declaration.name) else { return (index + 1, declaration.name) }
            let tokens = Tokens.of(line)
            let kind = tokens.lastIndex(of: declaration.name) ?? 0
            return kind + 1 < tokens.count ? (index + 1, tokens[kind + 1]) : nil
        }
    }
}
