import Digests

/// The names of a portal's objects at the voice platform: functions of the portal alone.
///
/// A step that ran without being remembered is found again by its name.
enum PlatformNames {
    static let application = "switchboard"
    static let scenario = "bitrix24"
    static let rule = "incoming"
    static let rulePattern = ".*"

    /// Lower-case latin letters, digits and hyphens, a letter first, of the longest length that the platform takes.
    private static let length = 20

    /// A readable part, and a digest to base 36 in all the places that are left: 13 of them, 67 bits, at least.
    ///
    /// For new accounts: whoever has one goes by the name that is written down for it.
    static func account(_ portal: PortalID) -> String {
        let readable = portal.rawValue.lowercased().unicodeScalars.filter {
            ("a"..."z").contains($0) || ("0"..."9").contains($0)
        }
        let beginning = "p-" + String(String.UnicodeScalarView(readable.prefix(4))) + "-"
        let digest = HashFunction.sha256.digest(portal.rawValue.utf8).prefix(16).reduce(UInt128(0)) {
            $0 << 8 | UInt128($1)
        }
        let digits = String(repeating: "0", count: length) + String(digest, radix: 36)
        return beginning + digits.suffix(length - beginning.count)
    }

    /// Only has to be unique; `.invalid` receives no mail (RFC 2606).
    static func email(_ portal: PortalID) -> String { account(portal) + "@portals.invalid" }

    /// The user of an employee's browser.
    static func browser(_ employee: Int64) -> String { "user\(employee)" }
    /// The user of an employee's desk phone.
    static func phone(_ employee: Int64) -> String { "phone\(employee)" }
}
