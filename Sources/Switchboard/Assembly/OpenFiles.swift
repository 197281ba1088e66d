#if canImport(Glibc)
    import Glibc
#endif

/// The limit of open files: a call of two legs takes four sockets for its sound and one for its script.
enum OpenFiles {
    /// Takes what the system allows at the most; many systems begin with 1024 for programs that cannot handle more.
    static func raiseLimit() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
    }
}
