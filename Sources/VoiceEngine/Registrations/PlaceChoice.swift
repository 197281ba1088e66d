import SIP

/// Which place of a server the next request goes to (RFC 3263 4.3).
///
/// One that has answered keeps the requests, as long as name servers name it; one that has not is left for the others until
/// all have failed.
struct PlaceChoice: Sendable {
    /// Where the last request went.
    private(set) var current: SIPTarget?
    private var failed: Set<SIPTarget> = []
    private var hasAnswered = false

    /// - Parameter places: in the order in which they are to be tried.
    mutating func choose(from places: [SIPTarget]) -> SIPTarget? {
        if let current, hasAnswered, places.contains(current) { return current }
        if places.allSatisfy(failed.contains) { failed = [] }
        current = places.first { !failed.contains($0) }
        hasAnswered = false
        return current
    }

    /// The request to ``current`` has come to its end.
    mutating func ended(isReachable: Bool) {
        hasAnswered = isReachable
        guard let current else { return }
        if isReachable { failed = [] } else { failed.insert(current) }
    }
}
