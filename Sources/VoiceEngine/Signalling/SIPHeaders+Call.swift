import CallControl
import SIP

/// How much of header fields passes between scenarios and the network.
enum HeaderLimits {
    /// Octets in one value.
    static let value = 200
    /// Octets in all names and values.
    static let all = 4095
}

extension SIPHeaders {
    /// The header fields that scenarios may see: `X-…`, User-to-User, Diversion and History-Info.
    ///
    /// A value ends after 200 octets, a list after the last entry that fits; what is beyond 4095 octets in all is left out.
    /// `VI-…` is the platform's own: a peer cannot pretend to it.
    var callHeaders: CallHeaders {
        var result: CallHeaders = [:]
        var room = HeaderLimits.all
        for field in self where result[field.name.text] == nil {
            guard let value = scenarioValue(of: field) else { continue }
            let size = field.name.text.utf8.count + value.utf8.count
            guard !value.isEmpty, size <= room else { continue }
            room -= size
            result[field.name.text] = value
        }
        return result
    }

    private func scenarioValue(of field: Field) -> String? {
        switch field.name {
        case .diversion: Self.list((try? diversions)?.map(\.description) ?? [])
        case .historyInfo: Self.list((try? history)?.map(\.description) ?? [])
        case .userToUser: field.value.prefix(octets: HeaderLimits.value)
        case let name where name.text.lowercased().hasPrefix("x-"): field.value.prefix(octets: HeaderLimits.value)
        default: nil
        }
    }

    private static func list(_ entries: [String]) -> String {
        entries.reduce(into: "") { text, entry in
            let longer = text.isEmpty ? entry : "\(text), \(entry)"
            if longer.utf8.count <= HeaderLimits.value { text = longer }
        }
    }

    /// The header fields that a scenario has given, as they may go out.
    ///
    /// Only `X-…`, `Reason` and `User-to-User` leave: a scenario cannot forge what routes or authenticates a call.
    /// Line ends are taken out, so a value cannot become another header. A value ends after 200 octets; what is beyond
    /// 4095 octets in all is left out.
    init(_ headers: CallHeaders) {
        self.init()
        var room = HeaderLimits.all
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            let lowered = name.lowercased()
            guard lowered.hasPrefix("x-") || lowered == "reason" || lowered == "user-to-user",
                name.utf8.allSatisfy({ ($0 | 32 >= 97 && $0 | 32 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 45 })
            else { continue }
            let text = String(value.filter { !$0.isNewline }).prefix(octets: HeaderLimits.value)
            guard name.utf8.count + text.utf8.count <= room else { continue }
            room -= name.utf8.count + text.utf8.count
            append(SIPHeaderName(name), text)
        }
    }
}

extension String {
    /// The longest beginning of whole characters within so many octets of UTF-8.
    fileprivate func prefix(octets limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var size = 0
        return String(
            prefix { character in
                size += character.utf8.count
                return size <= limit
            })
    }
}
