import Foundation
import SIP

/// Finds the passwords of trunks where their file says that they are: never in that file itself.
struct TrunkSecrets {
    let environment: [String: String]

    /// `user` and `password` of a section; nil without both.
    func credentials(_ section: YAMLSection) throws(TrunkFileError) -> SIPCredentials? {
        let user = try section.text("user")
        let password = try password(section)
        switch (user, password) {
        case (nil, nil): return nil
        case (let user?, let password?): return SIPCredentials(username: user, password: password)
        case (_?, nil):
            throw section.problem("\(section.place).password is missing; expected where the user's password is kept")
        case (nil, _?): throw section.problem("\(section.place).user is missing; expected whose password it is")
        }
    }

    private func password(_ section: YAMLSection) throws(TrunkFileError) -> String? {
        guard section.has("password") else { return nil }
        guard let source = try section.section("password", known: ["environment", "file"]) else { return nil }
        switch (try source.text("environment"), try source.text("file")) {
        case (let name?, nil):
            guard let value = environment[name], !value.isEmpty else {
                throw source.problem(
                    "\(source.place).environment names \(name), which is not set; "
                        + "set it, under a name that does not begin with SWITCHBOARD_")
            }
            return value
        case (nil, let path?): return try read(path, source)
        default:
            throw source.problem("\(source.place) must have either environment or file")
        }
    }

    /// The first line of a file.
    private func read(_ path: String, _ source: YAMLSection) throws(TrunkFileError) -> String {
        guard let data = FileManager.default.contents(atPath: path), let text = String(bytes: data, encoding: .utf8),
            let line = text.split(whereSeparator: \.isNewline).first
        else {
            throw source.problem(
                "\(source.place).file is '\(path)', which cannot be read; expected a file with the password")
        }
        return String(line)
    }
}
