/// The parts of a `ws` or `wss` address.
struct SocketTarget: Equatable {
    var isSecure: Bool
    var host: String
    var port: Int
    /// Path and query.
    var path: String

    /// Nil for anything that is no such address: another scheme, a user name, an empty host.
    init?(url: String) {
        let rest: Substring
        if url.lowercased().hasPrefix("ws://") {
            (isSecure, rest) = (false, url.dropFirst(5))
        } else if url.lowercased().hasPrefix("wss://") {
            (isSecure, rest) = (true, url.dropFirst(6))
        } else {
            return nil
        }
        guard !rest.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) else { return nil }
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let authority = rest[..<end]
        let tail = rest[end...].prefix { $0 != "#" }
        path = tail.hasPrefix("/") ? String(tail) : "/" + tail
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            host = String(authority[authority.index(after: authority.startIndex)..<close])
            let behind = authority[authority.index(after: close)...]
            guard let number = Self.port(behind, isSecure) else { return nil }
            port = number
        } else {
            let colon = authority.firstIndex(of: ":") ?? authority.endIndex
            host = String(authority[..<colon])
            guard let number = Self.port(authority[colon...], isSecure) else { return nil }
            port = number
        }
        guard !host.isEmpty else { return nil }
    }

    /// The value of the field Host.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    private static func port(_ text: Substring, _ isSecure: Bool) -> Int? {
        if text.isEmpty { return isSecure ? 443 : 80 }
        guard text.hasPrefix(":"), let number = Int(text.dropFirst()), (1...65_535).contains(number) else { return nil }
        return number
    }
}
