import Foundation
import Handoffs
import Support
import Testing

@Suite struct StepNamesTests {
    @Test("the catalog may give a mode to each step that there is, and to nothing else")
    func all() throws {
        let folder = URL(filePath: repositoryRoot + "/Sources/Business/Handoffs/Steps")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        let names = try files.compactMap { file in
            try String(contentsOf: file, encoding: .utf8).firstMatch(of: /static let name = "([a-z-]+)"/)?.output.1
        }
        #expect(names.count > 5)
        #expect(Set(names.map(String.init)) == Set(DealHandoff.stepNames))
    }
}
