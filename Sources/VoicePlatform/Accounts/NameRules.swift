/// What names and passwords may look like; the limits are the cloud's.
enum NameRules {
    private static let lower = "abcdefghijklmnopqrstuvwxyz"
    private static let digits = "0123456789"

    /// 5…20 lower-case letters, digits and hyphens, a letter first.
    static func checkAccountName(_ name: String) throws(APIError) {
        guard (5...20).contains(name.utf8.count) else {
            throw APIError(code: 113, message: "The account name must have 5 to 20 characters.", field: "account_name")
        }
        guard let first = name.first, lower.contains(first) else {
            throw APIError(code: 114, message: "The account name must begin with a letter.", field: "account_name")
        }
        guard name.allSatisfy({ (lower + digits + "-").contains($0) }) else {
            throw .invalid("account_name", "may hold lower-case letters, digits and hyphens only")
        }
    }

    static func checkEmail(_ email: String, field: String) throws(APIError) {
        let parts = email.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), email.utf8.count <= 254,
            email.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .invalid(field, "is not an e-mail address") }
    }

    /// A letter, then 1…64 letters, digits and hyphens.
    static func checkApplicationName(_ name: String) throws(APIError) {
        guard (2...65).contains(name.utf8.count), let first = name.first, lower.contains(first),
            name.allSatisfy({ (lower + digits + "-").contains($0) })
        else {
            throw APIError(
                code: 107, message: "The application name must be a letter and 1 to 64 letters, digits or hyphens.",
                field: "application_name")
        }
    }

    /// 3…50 lower-case letters, digits, hyphens and underscores, a letter or digit first.
    static func checkUserName(_ name: String, field: String) throws(APIError) {
        guard (3...50).contains(name.utf8.count), let first = name.first, (lower + digits).contains(first),
            name.allSatisfy({ (lower + digits + "_-").contains($0) })
        else {
            throw APIError(
                code: 122,
                message: "The user name must have 3 to 50 lower-case letters, digits, hyphens or "
                    + "underscores and begin with a letter or digit.", field: field)
        }
    }

    /// At least 8 characters with an upper-case and a lower-case letter, a digit and another character.
    static func checkPassword(_ password: String, field: String) throws(APIError) {
        guard password.count >= 8 else {
            throw APIError(code: 112, message: "The password must have at least 8 characters.", field: field)
        }
        let bytes = password.utf8
        guard bytes.contains(where: { (65...90).contains($0) }), bytes.contains(where: { (97...122).contains($0) }),
            bytes.contains(where: { (48...57).contains($0) }),
            password.contains(where: { !$0.isASCII || (!$0.isLetter && !$0.isNumber) })
        else {
            throw APIError(
                code: 463,
                message: "The password must have an upper-case and a lower-case letter, a digit and a "
                    + "special character.", field: field)
        }
    }
}
