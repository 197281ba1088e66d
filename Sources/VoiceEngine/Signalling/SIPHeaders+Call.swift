import CallControl
import SIP

extension SIPHeaders {
    /// The header fields that scenarios may see: `X-…`.
    var callHeaders: CallHeaders {
        var result: CallHeaders = [:]
        for field in self where field.name.text.lowercased().hasPrefix("x-") { result[field.name.text] = field.value }
        return result
    }

    /// The header fields that a scenario has given, as they may go out.
    ///
    /// Only `X-…`, `Reason` and `User-to-User` leave: a scenario cannot forge what routes or authenticates a call.
    /// Line ends are taken out, so a value cannot become another header.
    init(_ headers: CallHeaders) {
        self.init()
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            let lowered = name.lowercased()
            guard lowered.hasPrefix("x-") || lowered == "reason" || lowered == "user-to-user",
                name.utf8.allSatisfy({ ($0 | 32 >= 97 && $0 | 32 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 45 })
            else { continue }
            append(SIPHeaderName(name), String(value.filter { !$0.isNewline }.prefix(200)))
        }
    }
}
