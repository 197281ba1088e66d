import HTTPServing
import Logging
import ReplayMemory
import RequestSigning
import Storage

/// What the portal's routes work with.
struct PortalParts: Sendable {
    let configuration: PortalConfiguration
    let database: Database
    let access: Access
    let keys: KeyRing
    let nonces: ReplayMemory
    let signatures: SignatureCheck
    let hub: EventHub
    let desk: CallDesk
    let outbox: Outbox
    let credentials: CredentialDesk
    let support: SupportDesk
    let controller: ControllerPort
    /// The way to the controller under another key than the present one.
    let connect: @Sendable (@escaping @Sendable () -> RequestKey) -> ControllerPort
    let publicURL: String
    let now: @Sendable () -> Int64
    let logger: Logger
    /// Set when the portal has been told to end.
    let ending = EndingMark()

    /// Whether a browser of the employee is open, or was a moment ago.
    func isOnline(_ employee: Employee) -> Bool {
        if hub.isOpen(employee.id) { return true }
        guard let last = employee.lastActivity else { return false }
        return now() - last <= configuration.onlineSeconds
    }

    /// The settings of the first line that has one of the names.
    func lineSettings(anyOf names: [String?]) async throws -> JSONValue? {
        try await database.read { transaction in
            let lines = LineStore(transaction: transaction)
            guard let line = try lines.find(anyOf: names) else { return nil }
            return try settings(of: line, in: transaction)
        }
    }

    func settings(of line: Line, in transaction: Transaction) throws -> JSONValue {
        let staff = EmployeeStore(transaction: transaction)
        let company = try transaction.queryOne("SELECT language FROM company")
        let form = LineSettings(portalURL: publicURL, language: try company?.text("language") ?? "EN")
        let members = try line.members.compactMap { try staff.find($0) }.filter(\.isActive)
        return form.json(line, members: members, blacklist: try LineStore(transaction: transaction).blacklist())
    }
}
