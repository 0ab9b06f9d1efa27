import CPostgreSQL
import Glibc
import Threads

/// Runs SQL text with any number of statements on a connection of its own, by the simple protocol.
final class ScriptRun: Pollable {
    let done = OneShot<PostgreSQLError?>()

    private let handle: Handle
    private var failure: PostgreSQLError?

    init(_ sql: String, on handle: Handle) throws(PostgreSQLError) {
        self.handle = handle
        guard PQsetnonblocking(handle.raw, 1) == 0, PQsendQuery(handle.raw, sql) == 1 else {
            throw .connectionLost(handle.errorMessage)
        }
    }

    func turn(_ ready: Int16) -> IOThread.Wait? {
        let isAlive = handle.consumeInput()
        let isStuck = PQflush(handle.raw) == 1
        while PQisBusy(handle.raw) == 0 {
            guard let raw = PQgetResult(handle.raw) else { return end() }
            note(raw)
            PQclear(raw)
            if failure != nil, handle.isBroken { return end() }
        }
        if !isAlive || handle.isBroken {
            failure = failure ?? .commitUnknown(handle.errorMessage)
            return end()
        }
        return IOThread.Wait(
            descriptor: handle.descriptor, events: Int16(isStuck ? POLLIN | POLLOUT : POLLIN))
    }

    private func note(_ raw: OpaquePointer) {
        switch PQresultStatus(raw) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
        case PGRES_FATAL_ERROR:
            let error = ServerFailure(raw).map { PostgreSQLError.server($0, command: nil) }
            failure = failure ?? error ?? .commitUnknown(handle.errorMessage)
        default: failure = failure ?? .configuration("a script cannot COPY")
        }
        // Left in COPY, libpq gives the same result for ever.
        if case .configuration = failure { _ = PQputCopyEnd(handle.raw, "a script cannot COPY") }
    }

    private func end() -> IOThread.Wait? {
        done.fulfil(failure)
        return nil
    }
}
