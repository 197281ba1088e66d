import CallControl
import Storage

/// An application as other resources refer to it.
struct ApplicationReference: Sendable, Equatable {
    let id: ApplicationID
    /// The short name; see ``MethodCall/domain(ofApplication:)``.
    let name: String
}

extension MethodCall {
    /// How a request names an application.
    enum ApplicationName {
        case id(String)
        case name(String)
    }

    /// The application's full name, which is its SIP domain.
    func domain(ofApplication name: String) -> String {
        SIPDomain.text(application: name, account: account.name, platform: configuration.domain)
    }

    /// The short name; requests may send the full one too.
    func shortName(ofApplication name: String) -> String {
        let end = ".\(account.name).\(configuration.domain)"
        return name.hasSuffix(end) ? String(name.dropLast(end.count)) : name
    }

    /// The application that the request names.
    ///
    /// - Throws: ``APIError`` 116 when the account has none such, whoever else may have it.
    func application() throws -> ApplicationReference {
        guard let found = try optionalApplication() else {
            throw APIError.required("application_id", "or application_name is required")
        }
        return found
    }

    func optionalApplication() throws -> ApplicationReference? {
        guard let wanted = try parameters.optionalEither("application_id", "application_name") else { return nil }
        guard case .listed(let items) = wanted.value, items.count == 1 else {
            throw APIError.invalid(wanted.name, "must name one application")
        }
        return try application(wanted.name == "application_id" ? .id(items[0]) : .name(items[0]))
    }

    func application(_ wanted: ApplicationName) throws -> ApplicationReference {
        let (column, value, field): (String, SQLValue, String) =
            switch wanted {
            case .id(let text): ("id", .integer(Int64(text) ?? -1), "application_id")
            case .name(let name): ("name", .text(shortName(ofApplication: name)), "application_name")
            }
        let row = try transaction.queryOne(
            "SELECT id, name FROM application WHERE account_id = ? AND \(column) = ?", [owner, value])
        guard let row else { throw APIError(code: 116, message: "The application_id is invalid.", field: field) }
        return ApplicationReference(
            id: ApplicationID(rawValue: try row.integer("id")), name: try row.text("name"))
    }
}

/// The names of SIP domains.
enum SIPDomain {
    /// `<application>.<account>.<platform>`
    static func text(application: String, account: String, platform: String) -> String {
        "\(application).\(account).\(platform)"
    }

    /// The names of a domain; nil when it does not belong to the platform.
    static func parts(_ domain: String, platform: String) -> (application: String, account: String)? {
        let end = "." + platform
        guard domain.hasSuffix(end) else { return nil }
        let names = domain.dropLast(end.count).split(separator: ".", omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy({ !$0.isEmpty }) else { return nil }
        return (String(names[0]), String(names[1]))
    }
}
