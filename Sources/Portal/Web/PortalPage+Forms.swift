import Foundation

/// Parts of pages with forms and links; every value is escaped here.
extension PortalPage {
    /// A button that posts hidden fields.
    static func button(_ title: String, _ action: String, _ fields: [(String, String)]) -> String {
        let hidden = fields.map {
            "<input type=\"hidden\" name=\"\(escape($0.0))\" value=\"\(escape($0.1))\">"
        }
        return "<form method=\"post\" action=\"\(escape(action))\">\(hidden.joined())"
            + "<button>\(escape(title))</button></form>"
    }

    /// A field with its label, holding what was typed.
    static func input(_ label: String, _ name: String, _ value: String, type: String = "text") -> String {
        "<label>\(escape(label)) <input type=\"\(escape(type))\" name=\"\(escape(name))\" "
            + "value=\"\(escape(value))\"></label>"
    }

    /// A choice of values with their titles, or of none; a value that is not among them stays chosen.
    static func choice(
        _ label: String, _ name: String, _ value: String, _ choices: [(value: String, title: String)],
        any: String? = "any"
    ) -> String {
        let none = any.map { [(value: "", title: $0)] } ?? []
        let isKnown = (none + choices).contains { $0.value == value }
        let options = (none + choices + (isKnown ? [] : [(value, value)])).map { option in
            "<option value=\"\(escape(option.value))\"\(option.value == value ? " selected" : "")>"
                + "\(escape(option.title))</option>"
        }
        return "<label>\(escape(label)) <select name=\"\(escape(name))\">\(options.joined())</select></label>"
    }

    /// What went wrong, where there is something.
    static func alert(_ message: String?) -> String {
        message.map { "<p role=\"alert\">\(escape($0))</p>" } ?? ""
    }

    static func link(_ title: String, _ path: String, _ query: [(String, String)] = []) -> String {
        var components = URLComponents()
        components.path = path
        if !query.isEmpty { components.queryItems = query.map { URLQueryItem(name: $0.0, value: $0.1) } }
        // What stands for a blank in forms must not be one here.
        let address = (components.string ?? path).replacing("+", with: "%2B")
        return "<a href=\"\(escape(address))\">\(escape(title))</a>"
    }

    static func failure(_ title: String, _ message: String) -> String {
        document(title: title, "<p role=\"alert\">\(escape(message))</p><p>\(link("Back", "/"))</p>")
    }
}
