import Foundation
import PhoneNumbers
import Routing

/// A line's settings: the portal's text as it came, and the part that routing reads, checked.
struct LineSettings: Sendable, Equatable {
    /// What the scenario gets, to the character.
    let text: String
    let searchID: String
    let route: RouteSettings

    /// Why a text is not taken: each field with what it may hold, never the value.
    struct Invalid: Error, Equatable, Sendable, CustomStringConvertible {
        /// More than these are not told one by one.
        static let mostProblems = 20

        /// Sentences without their end: `CRM must be Y or N`.
        let problems: [String]

        var description: String {
            let rest = problems.count - Self.mostProblems
            let told = problems.prefix(Self.mostProblems).joined(separator: "; ")
            return told + (rest > 0 ? "; and \(rest) more" : "")
                + ": correct what is named; the schema is at /\(SettingsSchema.path)"
        }
    }

    /// Checks a portal's answer.
    ///
    /// Missing fields have the documented defaults; a field with a value that does not exist is an error, because the
    /// administrator meant something by it. All errors are told at once.
    init(_ data: Data, region: Region) throws(Invalid) {
        guard let text = String(data: data, encoding: .utf8), let json = JSONValue(data) else {
            throw Invalid(problems: ["the settings must be valid JSON in UTF-8"])
        }
        guard case .object = json else { throw Invalid(problems: ["the settings must be a JSON object"]) }
        let problems = Self.problems(json, region)
        guard problems.isEmpty, let searchID = json["SEARCH_ID"]?.string else { throw Invalid(problems: problems) }
        self.text = text
        self.searchID = searchID
        route = Self.route(json, region)
    }

    /// Everything that is wrong, in the order of the schema.
    private static func problems(_ json: JSONValue, _ region: Region) -> [String] {
        SettingsField.all.compactMap { field in
            let value = json[field.name] ?? .null
            let isMissing = field.name == SettingsField.searchID.name && value == .null
            guard isMissing || !field.rule.takes(value) || !isPossible(field, value, region) else { return nil }
            return "\(field.name) must be \(field.rule.expected)"
        }
    }

    /// What the schema cannot say: the number must be one where the portal's people dial.
    private static func isPossible(_ field: SettingsField, _ value: JSONValue, _ region: Region) -> Bool {
        guard field.name == "FORWARD_NUMBER", case .text(let text) = value, !text.isEmpty else { return true }
        return PhoneNumberParser.parse(text, defaultRegion: region).number != nil
    }

    /// Of settings without problems.
    private static func route(_ json: JSONValue, _ region: Region) -> RouteSettings {
        RouteSettings(
            usesCRM: flag("CRM", json, missing: true),
            forwardsToResponsible: flag("CRM_FORWARD", json, missing: true),
            responsibleRule: choice("CRM_RULE", json, missing: .queue),
            takesExtension: flag("DIRECT_CODE", json, missing: true),
            extensionRule: choice("DIRECT_CODE_RULE", json, missing: .voicemail),
            queueType: choice("QUEUE_TYPE", json, missing: .evenly),
            queue: members(json),
            noAnswerRule: choice("NO_ANSWER_RULE", json, missing: .voicemail),
            forwardNumber: number("FORWARD_NUMBER", json, region),
            takesMessages: flag("VOICEMAIL", json, missing: true),
            needsOpenWorkday: flag("TIMEMAN", json, missing: false))
    }

    private static func flag(_ name: String, _ json: JSONValue, missing: Bool) -> Bool {
        json[name]?.string.map { $0 == "Y" } ?? missing
    }

    private static func choice<Choice: RawRepresentable>(
        _ name: String, _ json: JSONValue, missing: Choice
    ) -> Choice where Choice.RawValue == String {
        json[name]?.string.flatMap(Choice.init(rawValue:)) ?? missing
    }

    private static func number(_ name: String, _ json: JSONValue, _ region: Region) -> PhoneNumber? {
        guard let text = json[name]?.string, !text.isEmpty else { return nil }
        return PhoneNumberParser.parse(text, defaultRegion: region).number
    }

    /// `QUEUE_USERS`: identifiers, or objects with a `USER_ID`.
    private static func members(_ json: JSONValue) -> [EmployeeID] {
        (json["QUEUE_USERS"]?.elements ?? []).compactMap { member in
            let id = member["USER_ID"] ?? member
            if case .real(let number) = id { return Int64(exactly: number).map(EmployeeID.init(rawValue:)) }
            return id.int64.map(EmployeeID.init(rawValue:))
        }
    }
}
