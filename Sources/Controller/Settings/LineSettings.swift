import Foundation
import PhoneNumbers
import Routing

/// A line's settings: the portal's text as it came, and the part that routing reads, checked.
struct LineSettings: Sendable, Equatable {
    /// What the scenario gets, to the character.
    let text: String
    let searchID: String
    let route: RouteSettings

    /// Why a text is not taken: the field and what it may hold, never the value.
    struct Invalid: Error, Equatable, Sendable, CustomStringConvertible {
        let description: String
    }

    /// Checks a portal's answer.
    ///
    /// Missing fields have the documented defaults; a field with a value that does not exist is an error, because the
    /// administrator meant something by it.
    init(_ data: Data, region: Region) throws(Invalid) {
        guard let text = String(data: data, encoding: .utf8), let json = JSONValue(data) else {
            throw Invalid(description: "the settings are not valid JSON")
        }
        guard case .object = json else { throw Invalid(description: "the settings are not a JSON object") }
        guard let searchID = json["SEARCH_ID"]?.string, !searchID.isEmpty, searchID.utf8.count <= 255 else {
            throw Invalid(description: "SEARCH_ID must be a text of 1 to 255 characters")
        }
        self.text = text
        self.searchID = searchID
        route = try Self.route(json, region)
    }

    private static func route(_ json: JSONValue, _ region: Region) throws(Invalid) -> RouteSettings {
        RouteSettings(
            usesCRM: try flag("CRM", json, missing: true),
            forwardsToResponsible: try flag("CRM_FORWARD", json, missing: true),
            responsibleRule: try choice("CRM_RULE", json, missing: .queue),
            takesExtension: try flag("DIRECT_CODE", json, missing: true),
            extensionRule: try choice("DIRECT_CODE_RULE", json, missing: .voicemail),
            queueType: try choice("QUEUE_TYPE", json, missing: .evenly),
            queue: try members(json),
            noAnswerRule: try choice("NO_ANSWER_RULE", json, missing: .voicemail),
            forwardNumber: try number("FORWARD_NUMBER", json, region),
            takesMessages: try flag("VOICEMAIL", json, missing: true),
            needsOpenWorkday: try flag("TIMEMAN", json, missing: false))
    }

    private static func flag(_ name: String, _ json: JSONValue, missing: Bool) throws(Invalid) -> Bool {
        switch json[name] {
        case nil, .null: return missing
        case "Y": return true
        case "N": return false
        default: throw Invalid(description: "\(name) must be Y or N")
        }
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ json: JSONValue, missing: Choice
    ) throws(Invalid) -> Choice where Choice.RawValue == String {
        guard let value = json[name], value != .null else { return missing }
        guard let choice = value.string.flatMap(Choice.init(rawValue:)) else {
            let allowed = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Invalid(description: "\(name) must be one of \(allowed)")
        }
        return choice
    }

    private static func number(
        _ name: String, _ json: JSONValue, _ region: Region
    ) throws(Invalid) -> PhoneNumber? {
        guard let text = json[name]?.string, !text.isEmpty else { return nil }
        guard let number = PhoneNumberParser.parse(text, defaultRegion: region).number else {
            throw Invalid(description: "\(name) must be a telephone number or empty")
        }
        return number
    }

    /// `QUEUE_USERS`: identifiers, or objects with a `USER_ID`.
    private static func members(_ json: JSONValue) throws(Invalid) -> [EmployeeID] {
        guard let value = json["QUEUE_USERS"], value != .null else { return [] }
        guard case .list(let list) = value, list.count <= 1000 else {
            throw Invalid(description: "QUEUE_USERS must be a list of at most 1000 employees")
        }
        var members: [EmployeeID] = []
        for element in list {
            guard let id = (element["USER_ID"] ?? element).int64, id > 0 else {
                throw Invalid(description: "QUEUE_USERS must hold identifiers of employees")
            }
            members.append(EmployeeID(rawValue: id))
        }
        return members
    }
}
