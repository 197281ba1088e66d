import Foundation
import Testing

@testable import Switchboard

/// A call with sipp as the customer and baresip as the employee's phone, in a whole installation.
struct InteropCall {
    /// Which of the employee's accounts baresip has.
    enum Account { case browser, desk }

    let installation: TestInstallation
    let phone: BaresipPhone
    let caller: SippCaller

    /// Starts everything, runs the body, stops everything; what the programs wrote is shown when the body fails.
    ///
    /// - Parameter security: TLS and SRTP between the platform and the employee's phone.
    static func run(
        _ account: Account, security: SecureSettings? = nil, _ body: (InteropCall) async throws -> Void
    ) async throws {
        try await TestInstallation.run(security?.settings ?? [:]) { installation in
            let call = InteropCall(
                installation: installation,
                phone: try await BaresipPhone.start(in: "\(installation.directory)/baresip"),
                caller: SippCaller(folder: "\(installation.directory)/sipp"))
            do {
                try await call.register(account, isSecure: security != nil)
                try await body(call)
            } catch {
                await call.stop()
                Issue.record("\(error)\n\(call.phone.program.output)\n\(call.caller.output)\n\(call.sessionLog())")
                throw error
            }
            await call.stop()
        }
    }

    /// The customer calls.
    func ring() throws { try caller.call(DemoCompany.number, at: server) }

    /// Both talk, the employee holds the call and takes it back, they talk again, and he hangs up.
    func converse() async throws {
        try await phone.control.event("CALL_INCOMING")
        try await phone.control.perform("accept")
        try await phone.control.event("CALL_ESTABLISHED")
        try await phone.hear(seconds: 2)
        try await phone.speak(seconds: 1)
        try await phone.control.perform("hold")
        try await logged("Call.OnHold")
        try await phone.speak(seconds: 3)
        try await phone.control.perform("resume")
        try await logged("Call.OffHold")
        try await phone.speak(seconds: 3)
        try await phone.control.perform("hangup")
        try await phone.control.event("CALL_CLOSED")
        let exitCode = try await caller.exitCode()
        try #require(exitCode == 0, "sipp counts the call as successful")
    }

    private var server: String { address(port: "voice.sip.port") }

    private func address(port key: String) -> String {
        let settings = installation.settings
        return "\(settings.text("voice.sip.address")):\(settings.integer(key))"
    }

    private func register(_ account: Account, isSecure: Bool) async throws {
        let credentials = try await installation.prepared()
        let isDesk = account == .desk
        try await phone.register(
            user: isDesk ? credentials.phoneLogin : credentials.userLogin,
            password: isDesk ? credentials.phonePassword : credentials.userPassword, domain: credentials.domain,
            server: isSecure ? address(port: "voice.sip.tls.port") : server, transport: isSecure ? "tls" : "udp",
            parameters: isSecure ? ";mediaenc=srtp" : "")
    }

    private func stop() async {
        await phone.stop()
        await caller.stop()
    }

    private func logged(_ text: String) async throws {
        try await Wait.until("\(text) in the session log") { sessionLog().contains(text) ? () : nil }
    }

    /// The text of the only session log so far.
    private func sessionLog() -> String {
        let folder = "\(installation.directory)/voice/logs"
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        guard let name = names.first(where: { $0.hasSuffix(".log") }) else { return "" }
        return (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)) ?? ""
    }
}
