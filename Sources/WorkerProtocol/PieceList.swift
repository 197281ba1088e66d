/// Several pieces of bytes in one payload: each with 4 bytes of its length before it, big-endian.
public enum PieceList {
    /// The pieces as one payload; each is shorter than ``Frame/maximumPayload``.
    public static func encode(_ pieces: [some Collection<UInt8>]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(pieces.reduce(0) { $0 + $1.count + 4 })
        for piece in pieces {
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: piece.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: piece)
        }
        return bytes
    }

    /// The pieces of a payload, nil when a length does not fit.
    public static func decode(_ payload: [UInt8]) -> [ArraySlice<UInt8>]? {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = payload[...]
        while !rest.isEmpty {
            guard rest.count >= 4 else { return nil }
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard rest.count >= length else { return nil }
            pieces.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return pieces
    }
}
