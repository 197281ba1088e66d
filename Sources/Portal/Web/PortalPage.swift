import Foundation

/// The portal's pages as HTML text; every value goes through ``escape(_:)``.
enum PortalPage {
    static func login(message: String?) -> String {
        document(
            title: "Log in",
            """
            \(message.map { "<p role=\"alert\">\(escape($0))</p>" } ?? "")
            <form method="post" action="/login">
            <p><label>Login <input name="login" autocomplete="username" required></label></p>
            <p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
            <p><button>Log in</button></p>
            </form>
            """)
    }

    static func overview(
        company: String, employee: Employee, lines: [Line], staff: [Employee], warnings: [BalanceWarning],
        payments: [PaymentNews], news: [NumberNews], support: [SupportRequest], calls: [JSONValue]
    ) -> String {
        let names = Dictionary(staff.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        let lineRows = lines.map { line in
            let members = line.members.map { names[$0] ?? $0.description }.joined(separator: ", ")
            return row([line.title, line.searchID.rawValue, line.text("QUEUE_TYPE"), members])
        }
        return document(
            title: company,
            """
            <p>Logged in as \(escape(employee.name)).</p>
            \(employee.isAdmin ? "<p>" + adminLinks + "</p>" : "")
            \(warnings.isEmpty ? "" : "<h2>Balance</h2>" + warnings.map(warningText).joined())
            \(payments.isEmpty ? "" : "<h2>Payments</h2>" + payments.map { newsText($0.text, at: $0.at) }.joined())
            \(news.isEmpty ? "" : "<h2>Numbers</h2>" + news.map { newsText($0.text, at: $0.at) }.joined())
            \(employee.isAdmin ? supportText(support) : "")
            <h2>Lines</h2>
            \(table(["Line", "Name", "Queue", "Members"], lineRows, empty: "No lines yet."))
            <h2>Recent calls</h2>
            \(table(
                ["Time (UTC)", "Caller", "Line", "Employee", "Result", "Seconds", "Recording"],
                calls.map { callRow($0, names) },
                empty: "No calls yet."))
            """)
    }

    private static var adminLinks: String {
        [("History", "/history"), ("Balance", "/balance"), ("Numbers", "/numbers")].map { link($0.0, $0.1) }
            .joined(separator: " · ")
    }

    /// Makes a text harmless in HTML content and in quoted attributes.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    private static func warningText(_ warning: BalanceWarning) -> String {
        let time = time(warning.at)
        let reasons = warning.explanation.map { "<br>\(escape($0))" }.joined()
        return "<p><strong>\(escape(time)) \(escape(warning.text))</strong>\(reasons)</p>"
    }

    private static func newsText(_ text: String, at seconds: Int64) -> String {
        "<p>\(escape(time(seconds))) \(escape(text))</p>"
    }

    private static func supportText(_ requests: [SupportRequest]) -> String {
        let asked = requests.map {
            "<p><strong>\(escape($0.person)) asks for access: \(escape($0.reason))</strong></p>"
        }
        return "<h2>Support</h2>\(asked.joined())<p><a href=\"/support\">Codes, requests and looks</a></p>"
    }

    private static func callRow(_ call: JSONValue, _ names: [EmployeeID: String]) -> String {
        guard case .object(let fields) = call else { return "" }
        func text(_ key: String) -> String {
            switch fields[key] {
            case .text(let text): text
            case .integer(let integer): String(integer)
            default: ""
            }
        }
        let employee = Int64(text("employee_id")).map { names[EmployeeID(rawValue: $0)] ?? String($0) } ?? ""
        let time = Int64(text("received_at")).map(time)
        let result = fields["success"] == .flag(true) ? "talked" : "missed (\(text("failure_code")))"
        let name = text("call_id").addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let recording =
            fields["has_recording"] == .flag(true) ? "<a href=\"/calls/\(name)/recording\">listen</a>" : ""
        return row(
            [time ?? "", text("caller"), text("line"), employee, result, text("duration")], html: recording)
    }

    static func time(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
    }

    /// - Parameter html: A last cell that was made of escaped parts.
    static func row(_ cells: [String], html: String? = nil) -> String {
        let last = html.map { "<td>\($0)</td>" } ?? ""
        return "<tr>" + cells.map { "<td>\(escape($0))</td>" }.joined() + last + "</tr>"
    }

    static func table(_ heads: [String], _ rows: [String], empty: String) -> String {
        guard !rows.isEmpty else { return "<p>\(escape(empty))</p>" }
        let head = heads.map { "<th>\(escape($0))</th>" }.joined()
        return "<table><thead><tr>\(head)</tr></thead><tbody>\(rows.joined(separator: "\n"))</tbody></table>"
    }

    static func document(title: String, _ body: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(escape(title))</title>
        <style>
        body { font-family: system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
        table { border-collapse: collapse; width: 100%; }
        form { display: inline; }
        th, td { border-bottom: 1px solid #ccc; padding: .3rem .6rem; text-align: left; }
        </style>
        </head>
        <body>
        <h1>\(escape(title))</h1>
        \(body)
        </body>
        </html>
        """
    }
}
