import Catalogs
import Deals
import Testing

/// A day of the calendar.
func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(text)) }

func currency(_ code: String) throws -> Currency { try #require(Currency(code)) }

/// What `body` refuses with.
func problem<Value>(_ body: () throws -> Value) throws -> CatalogProblem {
    do {
        _ = try body()
    } catch let problem as CatalogProblem {
        return problem
    }
    throw Answered()
}

/// The catalog answered where it should have refused.
struct Answered: Error {}

/// The catalog that is shipped.
func shipped() throws -> Catalog { try CatalogFolder(at: Folders.shipped).catalog }
