import Hummingbird
import NIOCore

/// Reads the bodies of requests within their limits of size and time.
struct Bodies: Sendable {
    /// The largest body that is read, in bytes.
    let maxBytes: Int
    /// How long a request may take.
    let requestTime: Duration
    /// What is held of requests whose sender is not proven.
    let unproven: ByteBudget
    /// What is held of requests whose sender is.
    let proven: ByteBudget

    /// The whole body; each of its parts is charged to `share` as it comes.
    func read(
        _ request: Request, _ context: GatewayContext, until deadline: ContinuousClock.Instant,
        into share: ByteBudget.Share
    ) async throws -> [UInt8] {
        let maxBytes = maxBytes
        let tooLarge = Problem(.tooLarge, "the body is over \(maxBytes) bytes")
        if let announced = request.headers[.contentLength].flatMap({ Int($0) }), announced > maxBytes {
            throw tooLarge
        }
        context.channel.triggerUserOutboundEvent(ConnectionGuard.ReadsBody(), promise: nil)
        do {
            return try await GatewayService.until(deadline) {
                var bytes: [UInt8] = []
                for try await part in request.body {
                    guard part.readableBytes <= maxBytes - bytes.count else { throw tooLarge }
                    try share.take(part.readableBytes)
                    bytes.append(contentsOf: part.readableBytesView)
                }
                return bytes
            }
        } catch let problem as Problem {
            throw problem
        } catch is TimeOver {
            throw Problem(.tooSlow, "a request may take \(requestTime)")
        } catch let cancellation as CancellationError {
            throw cancellation
        } catch {
            // Whoever hangs up hears nothing of it, and it is no failure of ours.
            throw Problem(.unreadable, "the body did not come to its end")
        }
    }
}
