import Foundation

/// The page of support: a code to read out, requests to answer, and what was looked at.
enum SupportPage {
    static func text(
        code: JSONValue?, message: String?, requests: [SupportRequest], looks: [SupportLook], keys: [KeyChange],
        at moment: Int64
    ) -> String {
        let changes = keys.map { change in
            PortalPage.row([
                PortalPage.time(change.at), change.person, change.formerUntil.map { PortalPage.time($0) } ?? "at once",
            ])
        }
        let rows = looks.map { PortalPage.row([PortalPage.time($0.at), $0.person, $0.act, $0.object]) }
        return PortalPage.document(
            title: "Support",
            """
            <p><a href="/">Overview</a></p>
            \(message.map { "<p role=\"alert\">\(PortalPage.escape($0))</p>" } ?? "")
            <h2>Call for help</h2>
            <p>Read the portal's name and the code out to the support. The code lets them ask for access; what they may see
            is what you grant.</p>
            \(code.map(codeText) ?? "")
            <form method="post" action="/support/code"><button>New code</button></form>
            <h2>Requests</h2>
            \(requests.isEmpty ? "<p>Nobody has asked.</p>" : requests.map { request($0, at: moment) }.joined(separator: "\n"))
            <h2>What was looked at</h2>
            \(PortalPage.table(["Time (UTC)", "Who", "What", "Which"], rows, empty: "Nothing."))
            <h2>Licence keys</h2>
            <p>Whoever of the operator gives this portal a key can use it. A key that you have not asked for is a reason to
            ask.</p>
            \(PortalPage.table(["Time (UTC)", "Who gave a new key", "The former one ended"], changes, empty: "None."))
            """)
    }

    /// What a scope's box is called in the form.
    static func name(of scope: SupportRequest.Scope) -> String { "scope.\(scope.rawValue)" }

    private static func codeText(_ code: JSONValue) -> String {
        guard case .object(let fields) = code, case .text(let portal)? = fields["portal"],
            case .text(let text)? = fields["code"], case .integer(let end)? = fields["expires_at"]
        else { return "" }
        return
            "<p>Portal <strong>\(PortalPage.escape(portal))</strong>, code <strong>\(PortalPage.escape(text))</strong>, "
            + "good until \(PortalPage.escape(PortalPage.time(end))).</p>"
    }

    private static func request(_ request: SupportRequest, at moment: Int64) -> String {
        let state = request.state(at: moment)
        let head = "\(PortalPage.time(request.askedAt)) \(request.person): \(request.reason)"
        let granted = request.granted.map(\.rawValue).joined(separator: ", ")
        let end = request.until.map { " until \(PortalPage.time($0))" } ?? ""
        let standing = granted.isEmpty ? state.rawValue : "\(state.rawValue): \(granted)\(end)"
        return """
            <section><h3>\(PortalPage.escape(head))</h3><p>\(PortalPage.escape(standing))</p>
            \(state == .asked ? grantForm(request) : "")
            \(state == .asked || state == .granted ? endForm(request, state) : "")</section>
            """
    }

    private static func grantForm(_ request: SupportRequest) -> String {
        let boxes = request.scopes.map { scope in
            "<label><input type=\"checkbox\" name=\"\(name(of: scope))\" value=\"1\" checked> "
                + "\(PortalPage.escape(scope.text))</label><br>"
        }
        let hours = min(max((request.seconds + 3599) / 3600, 1), 72)
        return """
            <form method="post" action="/support/\(PortalPage.escape(request.id))"><p>\(boxes.joined())</p>
            <p><label>For <input type="number" name="hours" min="1" max="72" value="\(hours)"> hours</label>
            <button name="grant" value="1">Grant</button></p></form>
            """
    }

    private static func endForm(_ request: SupportRequest, _ state: SupportRequest.State) -> String {
        """
        <form method="post" action="/support/\(PortalPage.escape(request.id))">
        <button name="end" value="1">\(state == .asked ? "Refuse" : "End now")</button></form>
        """
    }
}
