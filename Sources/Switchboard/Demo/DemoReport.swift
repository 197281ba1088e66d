import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat

/// What the demo tells at its end, for people and for programs.
struct DemoReport {
    /// JSON objects as they came from the systems.
    var history: [String: Any]
    var route: [String: Any]
    var sessionLog: String
    var recording: String
    var cost: String
    var callerHeard: String
    var employeeHeard: String
    var urls: [String: String]
    var accounts: [DemoPhones.Credentials]
    var sipServer: String

    /// One JSON object.
    func json() throws -> String {
        let object: [String: Any] = [
            "session_log": sessionLog, "recording": recording, "history": history, "route": route, "cost": cost,
            "caller_heard": callerHeard, "employee_heard": employeeHeard, "urls": urls, "sip_accounts": sipAccounts,
        ]
        let data = try JSONSerialization.data(
            withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }

    private var sipAccounts: [[String: String]] {
        accounts.flatMap { account in
            [(account.userLogin, account.userPassword), (account.phoneLogin, account.phonePassword)].map { login in
                ["user": login.0, "password": login.1, "domain": account.domain, "proxy": sipServer]
            }
        }
    }

    /// The same for people.
    func text() -> String {
        let explanation = (route["explanation"] as? [Any] ?? []).map { "    \(Self.sentence($0))" }
        var lines = ["", "Who was called and why:"]
        lines += explanation.isEmpty ? ["    no explanation was recorded"] : explanation
        lines += [
            "Session log:   \(sessionLog)", "Recording:     \(recording)", "Caller heard:  \(callerHeard)",
            "Employee heard: \(employeeHeard)", "Cost:          \(cost)", "History row:",
        ]
        lines += history.sorted { $0.key < $1.key }.map { "    \($0.key) = \($0.value)" }
        lines.append("Addresses:")
        lines += urls.sorted { $0.key < $1.key }.map { "    \($0.key): \($0.value)" }
        lines.append("Log in at the portal as \(DemoCompany.login) with the password \(DemoCompany.password).")
        lines.append("SIP accounts for your own phone (outbound proxy \(sipServer)):")
        lines += sipAccounts.map { "    \($0["user"] ?? "")@\($0["domain"] ?? "")  password \($0["password"] ?? "")" }
        return lines.joined(separator: "\n")
    }

    private static func sentence(_ line: Any) -> String {
        if let object = line as? [String: Any] { return object["text"] as? String ?? "\(object)" }
        return "\(line)"
    }
}
