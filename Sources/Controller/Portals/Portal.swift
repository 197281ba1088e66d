import CRM
import RequestSigning

/// One portal with its keys and its connections, as it is at the moment of the question.
struct Portal: Sendable {
    let access: PortalAccess
    let keys: PortalKeys
    let licence: LicenceStanding
    let client: PortalClient
    /// Signs with the key before the present one, which a portal may be the only one to have.
    let former: PortalClient?
    let crm: CRMWithinLimit

    var id: PortalID { access.id }

    /// What its requests, or those of its scenarios, may be signed with now, the present key first.
    func requestKeys(_ direction: RequestKey.Direction, at moment: Moment) -> [RequestKey] {
        acceptedKeys(direction, at: moment).map { RequestKey(licenceKey: $0.revealed, direction: direction) }
    }

    /// Whether the key of that place among ``requestKeys(_:at:)`` is one from before a move.
    func isFromBeforeMove(_ place: Int, at moment: Moment) -> Bool { place >= keys.accepted(at: moment).count }

    /// Sends what must arrive.
    ///
    /// That it has another key is said to whoever had the one before, if that one is taken.
    func tell(_ command: String, _ body: JSONValue) async throws(ControllerError) {
        if command == KeyNotice.command, let former {
            do throws(ControllerError) {
                _ = try await former.send(command, body)
                return
            } catch {
                // It may have forgotten the key already.
            }
        }
        _ = try await client.send(command, body)
    }

    private func acceptedKeys(_ direction: RequestKey.Direction, at moment: Moment) -> [Secret] {
        let sessions = direction == .scenarioToController ? keys.beforeMove(at: moment) : nil
        return keys.accepted(at: moment) + [sessions].compactMap(\.self)
    }
}
