import Foundation

/// All that the sandbox's systems hold: values and indices, changed by effects only.
///
/// The same `apply` serves a request and the reading of the file, so a restart cannot differ from what was answered.
struct World: Sendable {
    /// What identifies an effect to someone who counts.
    struct EffectName: Hashable, Sendable {
        let verb: Verb
        let key: String
    }

    private(set) var erp = ERPState()
    private(set) var psa = PSAState()
    private(set) var crm = CRMState()
    /// How many effects each key had.
    private(set) var counts: [EffectName: Int] = [:]
    /// The number of the newest effect.
    private(set) var seq = 0
    /// Lines that no file has yet.
    private var unwritten: [UInt8] = []

    /// Takes the lines that must be written before anything that depends on them is answered.
    mutating func takeLines() -> [UInt8] {
        defer { unwritten = [] }
        return unwritten
    }

    /// Does what was asked: numbers it, notes its line, changes the state.
    mutating func record<Body>(
        _ verb: Verb, _ written: Written<Body>, id: String, subject: String? = nil, finishes: Int64? = nil,
        asked: Asked
    ) throws {
        let effect = Effect(
            seq: seq + 1, time: written.now.timestamp, verb: verb, key: written.key,
            correlationId: written.correlationID, id: id, subject: subject, finishes: finishes, hash: written.hash,
            asked: asked)
        let line = try JSON.canonical.encode(effect)
        apply(effect)
        unwritten.append(contentsOf: line)
        unwritten.append(UInt8(ascii: "\n"))
    }

    /// Changes the state as `effect` says.
    mutating func apply(_ effect: Effect) {
        seq = effect.seq
        counts[EffectName(verb: effect.verb, key: effect.key), default: 0] += 1
        switch effect.asked {
        case .customer(let body): erp.keep(body, effect)
        case .contact(let body): erp.contacts.keep(body, effect)
        case .dimensions(let body): erp.reservations.keep(body, effect)
        case .project(let body): erp.keep(body, effect)
        case .schedule(let body): erp.keep(body, effect)
        case .tasks(let body): psa.keep(body, effect)
        case .demand(let body): psa.keep(body, effect)
        case .activation: psa.keepActivation(effect)
        case .removal: effect.verb.system == .erp ? erp.remove(effect) : psa.remove(effect)
        case .handoff(let body): crm.keep(body, effect)
        }
    }
}

extension Date {
    /// ISO 8601 in UTC with milliseconds.
    var timestamp: String { formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }
    /// Milliseconds since 1970.
    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }
}

/// The two ways in which the sandbox writes JSON.
enum JSON {
    /// Sorted keys and no spaces: equal values have equal bytes.
    static let canonical: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()
    static let decoder = JSONDecoder()
}
