import Digests
import Hummingbird

/// Lets in whoever of the operator's staff has a token of a role that permits what is asked.
struct StaffGate: Sendable {
    /// The name of whoever has the installation's own token.
    static let installation = "operator"
    private static let longestToken = 256

    /// The installation's token: an administrator's, even while the database has nobody.
    let token: Secret
    let store: StaffStore

    enum Verdict: Sendable, Equatable {
        case admitted(StaffMember)
        /// Somebody of the staff whose role does not permit it, who may know why.
        case anotherRole(StaffMember)
        /// A stranger, or somebody who is shut out: whatever was wrong.
        case stranger
    }

    func admit(_ request: Request, for needed: StaffRole) async throws -> Verdict {
        let header = request.headers[.authorization] ?? ""
        guard header.hasPrefix("Bearer "), header.utf8.count <= Self.longestToken else { return .stranger }
        let given = Secret(String(header.dropFirst("Bearer ".count)))
        guard let member = try await member(given), member.isEnabled else { return .stranger }
        return member.role.permits(needed) ? .admitted(member) : .anotherRole(member)
    }

    /// What somebody of the staff is told whose role does not permit it.
    static func refusal(of member: StaffMember, for needed: StaffRole) -> ControllerError {
        ControllerError(
            .refused,
            "this needs a token of the role \(needed.rawValue); the one given is that of \(member.name), "
                + "\(member.role.rawValue)")
    }

    private func member(_ given: Secret) async throws -> StaffMember? {
        guard !given.revealed.isEmpty else { return nil }
        // Digests are compared, so that neither length nor content of the token shows in the time.
        let (left, right) = (
            HashFunction.sha256.digest(given.revealed.utf8), HashFunction.sha256.digest(token.revealed.utf8)
        )
        if !token.revealed.isEmpty, ConstantTime.equal(left, right) {
            return StaffMember(
                name: Self.installation, role: .administrator, isEnabled: true, createdAt: Moment(milliseconds: 0))
        }
        return try await store.find(token: given)
    }
}
