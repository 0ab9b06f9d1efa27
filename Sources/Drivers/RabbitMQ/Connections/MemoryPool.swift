import CRabbitMQ

/// Memory for the arguments of one library call, all given back at once.
final class MemoryPool {
    private let pool: UnsafeMutablePointer<amqp_pool_t>

    init() {
        pool = .allocate(capacity: 1)
        init_amqp_pool(pool, 16_384)
    }

    deinit {
        empty_amqp_pool(pool)
        pool.deallocate()
    }

    /// Makes everything handed out so far invalid, and reuses it.
    func recycle() {
        recycle_amqp_pool(pool)
    }

    func bytes(_ text: String) -> amqp_bytes_t {
        var text = text
        return text.withUTF8 { bytes(UnsafeRawBufferPointer($0)) }
    }

    func bytes(_ source: UnsafeRawBufferPointer) -> amqp_bytes_t {
        guard let address = source.baseAddress, !source.isEmpty else { return amqp_bytes_t(len: 0, bytes: nil) }
        let copy = allocate(UInt8.self, count: source.count)
        UnsafeMutableRawPointer(copy).copyMemory(from: address, byteCount: source.count)
        return amqp_bytes_t(len: source.count, bytes: copy)
    }

    func allocate<Element>(_: Element.Type, count: Int) -> UnsafeMutablePointer<Element> {
        // The pool answers a request for nothing with a null pointer.
        guard let memory = amqp_pool_alloc(pool, max(count, 1) * MemoryLayout<Element>.stride) else {
            preconditionFailure("out of memory for the arguments of a broker call")
        }
        return memory.bindMemory(to: Element.self, capacity: count)
    }
}
