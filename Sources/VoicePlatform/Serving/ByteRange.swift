/// A single range of a Range header (RFC 9110, 14.1.2).
enum ByteRange: Sendable, Equatable {
    /// No range, or one of a form that may be ignored: the whole file.
    case whole
    case part(ClosedRange<Int>)
    /// 416
    case unsatisfiable

    init(_ header: String?, size: Int) {
        guard let header, header.hasPrefix("bytes="), !header.contains(",") else {
            self = .whole
            return
        }
        let halves = header.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard halves.count == 2, halves.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }) else {
            self = .whole
            return
        }
        switch (Int(halves[0]), Int(halves[1])) {
        case (let first?, let last?) where first > last: self = .whole
        case (let first?, let last?): self = first < size ? .part(first...min(last, size - 1)) : .unsatisfiable
        case (let first?, nil) where halves[1].isEmpty: self = first < size ? .part(first...(size - 1)) : .unsatisfiable
        case (nil, let count?) where halves[0].isEmpty:
            self = count > 0 && size > 0 ? .part(max(0, size - count)...(size - 1)) : .unsatisfiable
        default: self = .whole
        }
    }
}
