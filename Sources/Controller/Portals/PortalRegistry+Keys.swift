import Digests

/// Keys: new ones, and what portals show to know of them.
extension PortalRegistry {
    /// Takes over the built-in licence table; portals of earlier tables stay.
    func take(_ table: [PortalAccess]) async throws {
        let moment = now()
        for access in table {
            guard access.id.isWellFormed else {
                throw ControllerError(
                    .wrongConfiguration,
                    "the portal identifier '\(access.id)' must be 1 to 64 letters, digits, dots, hyphens or underscores"
                )
            }
            try await change(access.id) { .listed(access, before: $0, at: moment) }
        }
    }

    /// Adds a portal to the built-in table under a fresh key, which the answer holds.
    ///
    /// - Throws: `ControllerError` with `exists` for an identifier that has been given.
    func add(_ access: PortalAccess, _ act: StaffAct) async throws -> PortalRecord {
        let record = try await change(access.id, act) { before in
            guard before == nil else {
                throw ControllerError(.exists, "there is a portal of this identifier; choose another, or show that one")
            }
            return .listed(access, before: nil, at: act.at)
        }
        guard let record else { throw ControllerError(.internalFailure, "the portal was not written") }
        return record
    }

    /// Gives a portal a fresh licence key; the one that it uses stays good for `overlap`.
    ///
    /// - Returns: Nil when there is no such portal.
    func rotateKey(_ id: PortalID, overlap: Duration, _ act: StaffAct) async throws -> PortalRecord? {
        let key = Self.freshKey()
        return try await change(id, act) { before in
            var record = before
            record?.change(key: key, overlap: overlap, at: act.at)
            return record
        }
    }

    /// Moves a portal to another address under a fresh key, the account and all that belongs to it staying as they are; the
    /// same move again changes nothing. Where a licence server says where portals are, it is asked, and its key counts.
    ///
    /// - Returns: Nil when there is no such portal.
    /// - Throws: `ControllerError` with `requestReused` for another move under the same name, `wrongRequest` when the
    ///   licence server says another address.
    func move(
        _ id: PortalID, to address: PortalAddress, _ kind: PortalKind, request: String, _ act: StaffAct
    ) async throws -> PortalRecord? {
        if try await renewedByServer(id) != nil, let renewed = try await change(id, act, { $0 }) {
            guard renewed.baseURL == address.text else {
                throw ControllerError(
                    .wrongRequest, "the licence server says another address; change the portal's licence there first")
            }
            return renewed
        }
        let key = Self.freshKey()
        return try await change(id, act) { before in
            guard let record = before else { return nil }
            guard record.move?.request == request else {
                return record.moved(to: address.text, kind, key: key, request: request, at: act.at)
            }
            guard record.baseURL == address.text, record.kind == kind else {
                throw ControllerError(.requestReused, "this name stands for a move to another address; take another")
            }
            return record
        }
    }

    /// The portal has signed with the key of that place among those accepted; the present one is then confirmed.
    func noteUse(ofKey place: Int, by portal: Portal) async throws {
        guard place == 0, !portal.keys.isConfirmed else { return }
        let used = portal.keys.current
        try await change(portal.id) { before in
            guard var record = before, record.keys.current == used else { return before }
            record.keys.isConfirmed = true
            return record
        }
    }

    /// The account's scenario signs with the present key, if `key` still is that.
    ///
    /// - Returns: Whether it is.
    func noteScenarioKey(_ key: Secret, of id: PortalID) async throws -> Bool {
        let record = try await change(id) { before in
            guard var record = before, record.keys.current == key else { return before }
            record.needsScenarioKey = false
            return record
        }
        return record?.keys.current == key
    }

    /// 256 bits in hexadecimal.
    static func freshKey() -> Secret { Secret(Hexadecimal.encode(SecureRandom.bytes(32))) }
}
