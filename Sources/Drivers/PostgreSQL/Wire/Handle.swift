import CPostgreSQL

/// Owns a `PGconn`, which is closed with it.
final class Handle {
    let raw: OpaquePointer

    init(_ raw: OpaquePointer) { self.raw = raw }

    deinit { PQfinish(raw) }

    var isBroken: Bool { PQstatus(raw) == CONNECTION_BAD }
    var descriptor: Int32 { PQsocket(raw) }
    var errorMessage: String { String(cString: PQerrorMessage(raw)).firstLine }

    /// Reads all that has arrived; false when the connection is gone.
    func consumeInput() -> Bool {
        repeat {
            guard PQconsumeInput(raw) == 1 else { return false }
        } while pq_hidden_bytes(raw) > 0
        return true
    }

    /// Without a receiver of our own libpq prints notices, which may quote rows, to standard error.
    func ignoreNotices() {
        PQsetNoticeReceiver(raw, { _, _ in }, nil)
    }
}
