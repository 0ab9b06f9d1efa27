import Foundation

/// What makes a state file unusable.
enum StateFileError: Error, CustomStringConvertible, Equatable {
    /// The file could not be opened, read, cut, locked or written.
    case system(path: String, call: String, code: Int32)
    /// A line that is whole is not what the sandbox writes.
    case corrupt(path: String, line: Int, reason: String)
    /// Another process has the file.
    case inUse(path: String)

    var description: String {
        switch self {
        case .system(let path, let call, let code):
            "\(path): \(call) failed: \(String(cString: strerror(code)))"
        case .corrupt(let path, let line, let reason): "\(path):\(line): \(reason)"
        case .inUse(let path): "\(path): another sandbox uses this state file"
        }
    }
}

/// Reads a state file's bytes into effects.
enum EffectFile {
    /// What a file says.
    struct Contents {
        var world = World()
        /// The bytes up to the end of the last whole line.
        var wholeBytes = 0
        /// The bytes behind them: a line whose writing was interrupted, so that it was never answered.
        var tornBytes = 0
    }

    /// Replays `bytes`; only a last line without its end may be anything but an effect with the next number.
    static func read(_ bytes: Data, path: String) throws(StateFileError) -> Contents {
        var contents = Contents()
        var start = bytes.startIndex
        var number = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            number += 1
            let effect: Effect
            do {
                effect = try JSON.decoder.decode(Effect.self, from: bytes[start..<end])
            } catch {
                throw .corrupt(path: path, line: number, reason: "not an effect: \(error)")
            }
            guard effect.seq == number else {
                throw .corrupt(path: path, line: number, reason: "seq is \(effect.seq), expected \(number)")
            }
            contents.world.apply(effect)
            start = bytes.index(after: end)
        }
        contents.wholeBytes = start - bytes.startIndex
        contents.tornBytes = bytes.endIndex - start
        return contents
    }
}
