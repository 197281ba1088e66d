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

    /// - Returns: Nil for every refusal, whatever was wrong.
    func admit(_ request: Request, for needed: StaffRole) async throws -> StaffMember? {
        let header = request.headers[.authorization] ?? ""
        guard header.hasPrefix("Bearer "), header.utf8.count <= Self.longestToken else { return nil }
        let given = Secret(String(header.dropFirst("Bearer ".count)))
        guard let member = try await member(given), member.isEnabled, member.role.permits(needed) else { return nil }
        return member
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
