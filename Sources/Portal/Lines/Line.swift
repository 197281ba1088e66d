/// A line of the company: a rented number, a trunk of an office PBX.
struct Line: Sendable, Hashable {
    var id: Int64
    var searchID: SearchID
    /// Settings that somebody has set; the others have their defaults.
    var settings: [String: JSONValue]
    /// Members of the queue in their order.
    var members: [EmployeeID]

    /// The setting's text, its default when nobody has set it.
    func text(_ name: String) -> String {
        let fallback = LineField.all.first { $0.name == name }?.fallback ?? .null
        guard case .text(let text) = settings[name] ?? fallback else { return "" }
        return text
    }

    /// How the line is called in the portal.
    var title: String {
        let named = [text("PHONE_TITLE"), text("PHONE_NAME")].first { !$0.isEmpty }
        return named ?? searchID.rawValue
    }

    var usesCRM: Bool { text("CRM") == "Y" }
    var createsLeads: Bool { usesCRM && text("CRM_CREATE") == "lead" }
    /// Whether the line is a number of its own, which the controller has to attach.
    var isRentedNumber: Bool {
        text("PORTAL_MODE") == "RENT" && searchID.rawValue.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}

/// What a request or the seed file says about a line.
struct LineInput {
    static let mostMembers = 200

    var settings: [String: JSONValue] = [:]
    var members: [EmployeeID]?
}
