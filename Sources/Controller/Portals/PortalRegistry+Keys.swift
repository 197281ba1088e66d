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
    func add(_ access: PortalAccess) async throws -> PortalRecord {
        let moment = now()
        let record = try await change(access.id) { before in
            guard before == nil else {
                throw ControllerError(.exists, "there is a portal of this identifier; choose another, or show that one")
            }
            return .listed(access, before: nil, at: moment)
        }
        guard let record else { throw ControllerError(.internalFailure, "the portal was not written") }
        return record
    }

    /// Gives a portal a fresh licence key; the one that it uses stays good for `overlap`.
    ///
    /// - Returns: Nil when there is no such portal.
    func rotateKey(_ id: PortalID, overlap: Duration) async throws -> PortalRecord? {
        let (key, moment) = (Self.freshKey(), now())
        return try await change(id) { before in
            var record = before
            record?.change(key: key, overlap: overlap, at: moment)
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
    func noteScenarioKey(_ key: Secret, of id: PortalID) async throws {
        try await change(id) { before in
            guard var record = before, record.keys.current == key else { return before }
            record.needsScenarioKey = false
            return record
        }
    }

    /// 256 bits in hexadecimal.
    static func freshKey() -> Secret { Secret(Hexadecimal.encode(SecureRandom.bytes(32))) }
}
