import Foundation

/// A name in the form in which people's searches are compared: letters without case, written in one way.
///
/// Stored beside the name: a database folds no more than its locale does, which may be ASCII alone.
package func folded(_ name: String) -> String {
    // Capitals first: ß becomes SS, and ſ and S the same.
    name.precomposedStringWithCompatibilityMapping.uppercased().lowercased().precomposedStringWithCompatibilityMapping
}
