import Storage

/// Requests of support, their looks, and keys that the operator has given, in an open transaction.
struct SupportStore {
    let transaction: Transaction

    /// Keeps a request; one that is known already stays as it is.
    func add(_ request: SupportRequest) throws {
        try transaction.execute(
            """
            INSERT INTO support_request (grant_id, person, reason, scopes, seconds, asked_at, answer_until, state, granted)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, '') ON CONFLICT (grant_id) DO NOTHING
            """,
            [
                .text(request.id), .text(request.person), .text(request.reason),
                .text(SupportRequest.text(request.scopes)), .integer(request.seconds), .integer(request.askedAt),
                .integer(request.answerUntil), .text(request.state.rawValue),
            ])
    }

    /// Keeps a look; the same again changes nothing.
    func add(_ look: SupportLook) throws {
        try transaction.execute(
            """
            INSERT INTO support_look (look_id, grant_id, person, act, object, at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (look_id) DO NOTHING
            """,
            [
                .text(look.id), .text(look.request), .text(look.person), .text(look.act), .text(look.object),
                .integer(look.at),
            ])
    }

    /// Keeps a change of the key; the same again changes nothing.
    func add(_ change: KeyChange) throws {
        try transaction.execute(
            """
            INSERT INTO key_change (change_id, person, at, former_until) VALUES (?, ?, ?, ?)
            ON CONFLICT (change_id) DO NOTHING
            """,
            [
                .text(change.id), .text(change.person), .integer(change.at),
                change.formerUntil.map(SQLValue.integer) ?? .null,
            ])
    }

    /// The latest first.
    func keyChanges(_ limit: Int64) throws -> [KeyChange] {
        try transaction.query("SELECT * FROM key_change ORDER BY at DESC, change_id DESC LIMIT ?", [.integer(limit)])
            .map { try KeyChange($0) }
    }

    func find(_ id: String) throws -> SupportRequest? {
        try transaction.queryOne("SELECT * FROM support_request WHERE grant_id = ?", [.text(id)])
            .map { try SupportRequest($0) }
    }

    /// What the controller says has become of a request after an answer.
    func answered(_ request: SupportRequest) throws {
        try transaction.execute(
            "UPDATE support_request SET state = ?, granted = ?, until_at = ?, answered_by = ? WHERE grant_id = ?",
            [
                .text(request.state.rawValue), .text(SupportRequest.text(request.granted)),
                request.until.map(SQLValue.integer) ?? .null,
                request.answeredBy.map { SQLValue.integer($0.rawValue) } ?? .null, .text(request.id),
            ])
    }

    /// The latest first.
    func requests(_ limit: Int64) throws -> [SupportRequest] {
        try transaction.query(
            "SELECT * FROM support_request ORDER BY asked_at DESC, grant_id DESC LIMIT ?", [.integer(limit)]
        ).map { try SupportRequest($0) }
    }

    /// The latest first.
    func looks(_ limit: Int64) throws -> [SupportLook] {
        try transaction.query("SELECT * FROM support_look ORDER BY at DESC, look_id DESC LIMIT ?", [.integer(limit)])
            .map { try SupportLook($0) }
    }
}
