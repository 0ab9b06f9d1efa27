import Glibc

/// What the operating system would write of a process that crashes: its memory, with every secret and deal in it.
public enum CoreDumps {
    /// Forbids them for this process and those that it starts.
    public static func forbid() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        let status = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        precondition(status == 0, "core dumps cannot be switched off: errno \(errno)")
    }
}
