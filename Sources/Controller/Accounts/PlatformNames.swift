import Digests

/// The names of a portal's objects at the voice platform: functions of the portal alone.
///
/// A step that ran without being remembered is found again by its name.
enum PlatformNames {
    static let application = "switchboard"
    static let scenario = "bitrix24"
    static let rule = "incoming"
    static let rulePattern = ".*"

    /// 5 to 20 of lower-case latin letters, digits and hyphens, a letter first: a readable part and 40 bits of a digest.
    static func account(_ portal: PortalID) -> String {
        let readable = portal.rawValue.lowercased().unicodeScalars.filter {
            ("a"..."z").contains($0) || ("0"..."9").contains($0)
        }
        let digest = HashFunction.sha256.hexDigest(portal.rawValue).prefix(10)
        return "p-" + String(String.UnicodeScalarView(readable.prefix(6))) + "-" + digest
    }

    /// Only has to be unique; `.invalid` receives no mail (RFC 2606).
    static func email(_ portal: PortalID) -> String { account(portal) + "@portals.invalid" }

    /// The user of an employee's browser.
    static func browser(_ employee: Int64) -> String { "user\(employee)" }
    /// The user of an employee's desk phone.
    static func phone(_ employee: Int64) -> String { "phone\(employee)" }
}
