/// The arithmetic of AMQP frames.
enum FrameLayout {
    /// Seven bytes before a frame's payload and one after it.
    static let overhead = 8

    /// The fixed part of a content header, and every property but the headers at its longest.
    static let widestPropertiesBesidesHeaders = 14 + 11 * 256 + 32

    /// Whether a body fills its last frame to the byte. The library then marks the last `send` with MSG_MORE, and
    /// the kernel holds it back for 200 ms unless it is pushed.
    static func fillsLastFrame(bodyLength: Int, frameMax: Int) -> Bool {
        bodyLength > 0 && bodyLength % (frameMax - overhead) == 0
    }
}
