import Hummingbird
import NIOCore

/// A request's context, which keeps the connection at hand: one whose request was not read to its end is closed.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}
