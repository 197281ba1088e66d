import Foundation

/// Where a portal is reached: scheme, host, port and path, without a slash at the end.
struct PortalAddress: Sendable, Equatable {
    let text: String

    /// Nil for anything but an http or https address without user, query and fragment.
    init?(_ text: String) {
        guard text.utf8.count <= 1024, let url = URLComponents(string: text),
            ["http", "https"].contains(url.scheme?.lowercased()), let host = url.host, !host.isEmpty,
            url.user == nil, url.password == nil, url.query == nil, url.fragment == nil
        else { return nil }
        self.text = text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
