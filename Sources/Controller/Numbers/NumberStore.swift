import Billing
import Storage

/// Numbers, a row for each; every change of a number and the portal's notice of it are one transaction.
struct NumberStore: Sendable {
    /// How long after the day of a renewal the platform is asked how it went, and again while that is open.
    private static let settling = Duration.seconds(6 * 3600)
    /// Between two looks at a number that is frozen.
    private static let frozenPause = Duration.seconds(3600)

    let database: Database

    func find(_ number: String, _ portal: PortalID) async throws -> RentedNumber? {
        let found = try await database.read { try Self.find(number, in: $0) }
        return found?.portal == portal ? found : nil
    }

    static func find(_ number: String, in transaction: Transaction) throws -> RentedNumber? {
        try transaction.queryOne("SELECT * FROM rented_number WHERE phone_number = ?", [.text(number)])
            .map(RentedNumber.init)
    }

    /// The portal's numbers behind one, in their order.
    func page(_ portal: PortalID, after number: String, limit: Int64) async throws -> [RentedNumber] {
        try await database.read { transaction in
            try transaction.query(
                """
                SELECT * FROM rented_number WHERE portal_id = ? AND phone_number > ? AND state <> 'released'
                ORDER BY phone_number LIMIT ?
                """, [.text(portal.rawValue), .text(number), .integer(limit)]
            ).map(RentedNumber.init)
        }
    }

    /// Portals with a number that is to be looked at.
    func portalsToLook(at moment: Moment, limit: Int) async throws -> [PortalID] {
        let rows = try await database.read { transaction in
            try transaction.query(
                "SELECT portal_id FROM rented_number WHERE look_at <= ? ORDER BY look_at LIMIT ?",
                [.integer(moment.milliseconds), .integer(limit)])
        }
        var found: [PortalID] = []
        for row in rows {
            let id = PortalID(rawValue: try row.text("portal_id"))
            if !found.contains(id) { found.append(id) }
        }
        return found
    }

    /// Numbers of a portal that are on their way back.
    func releasing(_ portal: PortalID) async throws -> [RentedNumber] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT * FROM rented_number WHERE portal_id = ? AND state = 'releasing' ORDER BY phone_number",
                [.text(portal.rawValue)]
            ).map(RentedNumber.init)
        }
    }

    /// Has the frozen numbers of a portal looked at soon, because there is money again.
    static func lookAtFrozen(_ portal: PortalID, at moment: Moment, in transaction: Transaction) throws {
        try transaction.execute(
            """
            UPDATE rented_number SET look_at = ?
            WHERE portal_id = ? AND look_at IS NOT NULL AND look_at > ? AND is_frozen = 1
            """,
            [.integer(moment.milliseconds), .text(portal.rawValue), .integer(moment.milliseconds)])
    }

    /// Looks are put off, as they failed.
    func postpone(_ portal: PortalID, from now: Moment, until moment: Moment) async throws {
        try await database.write(.soon) { transaction in
            try transaction.execute(
                "UPDATE rented_number SET look_at = ? WHERE portal_id = ? AND look_at <= ?",
                [.integer(moment.milliseconds), .text(portal.rawValue), .integer(now.milliseconds)])
        }
    }

    /// The number is on its way back; whatever happens now, it will arrive.
    func beginRelease(_ number: RentedNumber, at moment: Moment) async throws {
        try await database.write { transaction in
            var number = number
            number.state = .releasing
            try Self.save(number, lookAt: moment, in: transaction)
            try Self.endPurchase(of: number, in: transaction)
        }
    }

    /// The platform has the number back.
    func completeRelease(_ number: RentedNumber, at moment: Moment) async throws {
        try await database.write { transaction in
            var number = number
            number.state = .released
            try Self.tell(number, at: moment, in: transaction)
            try Self.forgetBound(number.facts.number, number.portal, in: transaction)
        }
    }

    /// Takes over what the platform says that the portal has: changes are told, unknown numbers become the portal's, and
    /// those that the platform has taken away are so here.
    func reconcile(_ portal: PortalID, _ found: [RentedNumber.Facts], at moment: Moment) async throws {
        try await database.write { transaction in
            let rows = try transaction.query(
                "SELECT * FROM rented_number WHERE portal_id = ? ORDER BY phone_number", [.text(portal.rawValue)])
            let known = try rows.map(RentedNumber.init)
            for facts in found { try Self.take(facts, portal, at: moment, in: transaction) }
            let present = Set(found.map(\.number))
            for var number in known where number.state.isHeld && !present.contains(number.facts.number) {
                number.state = .released
                try Self.tell(number, at: moment, in: transaction)
                try Self.endPurchase(of: number, in: transaction)
                try Self.forgetBound(number.facts.number, portal, in: transaction)
            }
        }
    }

    private static func take(
        _ facts: RentedNumber.Facts, _ portal: PortalID, at moment: Moment, in transaction: Transaction
    ) throws {
        let before = try find(facts.number, in: transaction)
        // What is being bought or given back has its own way to its end, another portal's purchase too.
        if before?.state == .ordered || (before?.portal == portal && before?.state == .releasing) { return }
        let own = before?.portal == portal ? before : nil
        let now = RentedNumber(
            portal: portal, state: own?.state == .unbound ? .unbound : .active, facts: facts, request: own?.request,
            version: before?.version ?? 0)
        guard now != before else { return try save(now, lookAt: nextLook(now, at: moment), in: transaction) }
        try tell(now, at: moment, in: transaction)
    }

    /// Writes the number's next version with the portal's notice of it.
    static func tell(_ number: RentedNumber, at moment: Moment, in transaction: Transaction) throws {
        var number = number
        number.version += 1
        try save(number, lookAt: nextLook(number, at: moment), in: transaction)
        try OutboxStore.add(
            NumberNews.command, key: "\(number.facts.number)-\(number.version)", number.json.encoded, number.portal,
            at: moment, to: transaction)
    }

    /// After the day of its renewal; never for a number that is nobody's.
    private static func nextLook(_ number: RentedNumber, at moment: Moment) -> Moment? {
        guard number.state.isHeld else { return nil }
        if number.facts.isFrozen { return moment.adding(frozenPause) }
        guard let day = number.facts.nextRenewal.flatMap({ TariffDay($0) }) else { return moment.adding(settling) }
        let renewal = Moment(milliseconds: Int64(day.number) * 86_400_000)
        return max(renewal, moment).adding(settling)
    }

    static func save(_ number: RentedNumber, lookAt: Moment?, in transaction: Transaction) throws {
        let facts = number.facts
        try transaction.execute(
            """
            INSERT INTO rented_number (phone_number, portal_id, state, request_id, country, category, region, price,
                currency, next_renewal, is_frozen, is_renewed, version, look_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (phone_number) DO UPDATE SET portal_id = excluded.portal_id, state = excluded.state,
                request_id = excluded.request_id, country = excluded.country, category = excluded.category,
                region = excluded.region, price = excluded.price, currency = excluded.currency,
                next_renewal = excluded.next_renewal, is_frozen = excluded.is_frozen,
                is_renewed = excluded.is_renewed, version = excluded.version, look_at = excluded.look_at
            """,
            [
                .text(facts.number), .text(number.portal.rawValue), .text(number.state.rawValue),
                .optional(number.request?.rawValue), .text(facts.country), .text(facts.category),
                .text(facts.region), .integer(facts.price.millionths), .text(facts.price.currency.code),
                .optional(facts.nextRenewal), .flag(facts.isFrozen), .flag(facts.isRenewed),
                .integer(number.version), .optional(lookAt?.milliseconds),
            ])
    }

    // MARK: Binding

    static func markBound(_ number: String, _ portal: PortalID, in transaction: Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO platform_number (portal_id, phone_number, is_bound) VALUES (?, ?, 1)
            ON CONFLICT (portal_id, phone_number) DO UPDATE SET is_bound = 1
            """, [.text(portal.rawValue), .text(number)])
    }

    static func forgetBound(_ number: String, _ portal: PortalID, in transaction: Transaction) throws {
        try transaction.execute(
            "DELETE FROM platform_number WHERE portal_id = ? AND phone_number = ?",
            [.text(portal.rawValue), .text(number)])
    }
}

/// What a portal is told of its numbers.
enum NumberNews {
    static let command = "NumberChanged"
}
