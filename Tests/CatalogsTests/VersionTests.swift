import Catalogs
import Deals
import Foundation
import Testing

@Suite struct VersionTests {
    @Test("B4 the version is that of the data: other order, same version; other data, other version; body reads back")
    func version() throws {
        let catalog = try shipped()
        #expect(catalog.version.wholeMatch(of: /[0-9a-f]{12}/) != nil)
        var tables = catalog.tables
        tables.services.reverse()
        tables.rateCards.shuffle()
        #expect(try Catalog(tables).version == catalog.version)
        let again = try Catalog(body: catalog.body)
        #expect(again == catalog)
        #expect(again.version == catalog.version)
        #expect(again.tables == catalog.tables)
        tables.billingTerms.removeLast()
        #expect(try Catalog(tables).version != catalog.version)
    }

    @Test("B4 the version of the small catalog never changes by itself: it is stored in plans")
    func stable() throws {
        let version = try Folders.with(nil) { try CatalogFolder(at: $0).catalog.version }
        #expect(version == "c938bb3c926b")
    }
}
