/// A scenario named the address of a trunk, which is reached through the trunk only.
struct ReservedPlace: Error {}

extension OutboundLeg {
    /// Ends a leg that has no way: 403 where a trunk is, 404 where nobody knows the host.
    func failAtOnce(for error: any Error) {
        if error is ReservedPlace {
            failAtOnce(code: 403, reason: "The trunk is not open to this call")
        } else {
            failAtOnce(code: 404, reason: "Host not found")
        }
    }
}
