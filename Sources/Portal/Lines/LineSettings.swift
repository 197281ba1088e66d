/// The settings of a line as the scenario gets them.
struct LineSettings {
    /// Address of the portal, without a slash at its end.
    let portalURL: String
    /// The company's language for sounds: EN, DE or RU.
    let language: String

    /// Every field, defaults filled in.
    func json(_ line: Line, members: [Employee], blacklist: [String]) -> JSONValue {
        var fields: [String: JSONValue] = [:]
        for field in LineField.all { fields[field.name] = line.settings[field.name] ?? field.fallback }
        for (name, value) in sounds(line) where fields[name] == .null { fields[name] = .text(value) }
        fields["ID"] = .text(String(line.id))
        fields["SEARCH_ID"] = .text(line.searchID.rawValue)
        if line.text("PHONE_NAME").isEmpty { fields["PHONE_NAME"] = .text(line.searchID.rawValue) }
        fields["PHONE_TITLE"] = .text(line.title)
        fields["PORTAL_URL"] = .text(portalURL + "/")
        fields["BLACKLIST"] = .list(blacklist.map(JSONValue.text))
        fields["QUEUE_USERS"] = .list(
            members.map { ["USER_ID": .text($0.id.description), "USER_HAVE_PHONE": .text($0.havePhone ? "Y" : "N")] })
        return .object(fields)
    }

    private func sounds(_ line: Line) -> [String: String] {
        let own = line.text("MELODY_LANG")
        let language = own.isEmpty ? language : own
        return [
            "MELODY_LANG": language,
            "MELODY_WELCOME": "\(portalURL)/sounds/\(language)01.mp3",
            "MELODY_WAIT": "\(portalURL)/sounds/MELODY.mp3",
            "MELODY_HOLD": "\(portalURL)/sounds/MELODY.mp3",
            "MELODY_VOICEMAIL": "\(portalURL)/sounds/\(language)03.mp3",
        ]
    }
}
