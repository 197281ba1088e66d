import Foundation

/// How the history is to be kept, as an administrator has typed it.
struct HistoryOptionsForm: Sendable {
    private static let longestZone = 64

    var zone: String
    /// Empty: for ever.
    var keptDays: String

    init(_ form: [String: String]) {
        zone = form["time_zone"] ?? ""
        keptDays = form["kept_days"] ?? ""
    }

    /// - Parameter answer: The controller's answer to `GetHistoryOptions`.
    init(_ answer: AnswerRow) {
        zone = answer.text("TIME_ZONE")
        keptDays = answer.text("KEPT_DAYS")
    }

    /// Where the portal's days are days.
    var place: TimeZone { TimeZone(identifier: zone) ?? .gmt }

    /// What `SetHistoryOptions` is told.
    ///
    /// - Throws: ``InputError`` that names the field.
    func wish() throws(InputError) -> JSONValue {
        let days = keptDays.filter { !$0.isWhitespace }
        let count = Int64(days)
        guard days.isEmpty || count != nil else {
            throw InputError(
                path: "kept_days", expected: "a number of days, or nothing for ever", found: "another text")
        }
        return ["TIME_ZONE": .text(String(zone.prefix(Self.longestZone))), "KEPT_DAYS": .optional(count)]
    }
}
