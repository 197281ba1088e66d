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
