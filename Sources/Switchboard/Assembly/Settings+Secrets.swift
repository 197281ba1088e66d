import Controller
import Digests

/// Secrets that the settings name but do not hold.
extension Settings {
    /// The key that seals secrets in the databases, when it lies elsewhere than beside them.
    func storageKey(_ environment: [String: String]) throws -> String? {
        let name = "data.storage.environment"
        guard let key = try secret(name, environment) else { return nil }
        guard Hexadecimal.decode(key)?.count == SecretSeal.keyLength else {
            throw AssemblyError.malformedSecret(
                key: name, expected: "\(2 * SecretSeal.keyLength) hexadecimal digits, as 'openssl rand -hex 32' makes")
        }
        return key
    }

    /// The licence server instead of the built-in table; nil when none is set.
    func licenceServer(_ environment: [String: String]) throws -> LicenceServerAccess? {
        let url = text("controller.licence.url")
        guard !url.isEmpty else { return nil }
        guard let token = try secret("controller.licence.environment", environment) else {
            throw AssemblyError.missingCompanion(
                key: "controller.licence.environment", given: "controller.licence.url")
        }
        return LicenceServerAccess(
            baseURL: url.hasSuffix("/") ? String(url.dropLast()) : url, token: Secret(token),
            limit: .milliseconds(integer("controller.licence.milliseconds")))
    }

    /// Who takes warnings by mail; nil when no mail server is set.
    func mailer(_ environment: [String: String]) throws -> SMTPMailer? {
        let server = text("controller.mail.server")
        guard !server.isEmpty else { return nil }
        let from = text("controller.mail.from")
        guard !from.isEmpty else {
            throw AssemblyError.missingCompanion(key: "controller.mail.from", given: "controller.mail.server")
        }
        let name = text("controller.mail.login")
        let password = try secret("controller.mail.environment", environment)
        guard name.isEmpty == (password == nil) else {
            throw AssemblyError.missingCompanion(
                key: name.isEmpty ? "controller.mail.login" : "controller.mail.environment",
                given: name.isEmpty ? "controller.mail.environment" : "controller.mail.login")
        }
        return SMTPMailer(
            server: server, port: integer("controller.mail.port"), from: from,
            login: password.map { SMTPMailer.Login(name: name, password: Secret($0)) })
    }

    /// What the variable holds that a setting names; nil for a setting that names none.
    private func secret(_ key: String, _ environment: [String: String]) throws -> String? {
        let name = text(key)
        guard !name.isEmpty else { return nil }
        guard let value = environment[name], !value.isEmpty else {
            throw AssemblyError.malformedSecret(
                key: key, expected: "the name of a variable that is set and does not begin with SWITCHBOARD_")
        }
        return value
    }
}
