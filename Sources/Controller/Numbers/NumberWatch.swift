import Logging

/// Ends purchases and releases that were left open, and follows the renewals of numbers.
///
/// A number is looked at after the day of its renewal, and each hour while it is frozen; nothing else is asked for accounts that
/// sleep.
struct NumberWatch: Sendable {
    private static let batch = 100

    let shop: NumberShop
    let portals: PortalRegistry
    let patrol: Patrol
    let logger: Logger

    /// Looks again and again until cancelled.
    func run() async { await patrol.run("numbers not readable", logger) { try await pass() } }

    /// What a portal is visited for.
    private enum Turn: Sendable {
        case purchase(NumberPurchase)
        case look(PortalID)

        var portal: PortalID {
            switch self {
            case .purchase(let purchase): purchase.portal
            case .look(let portal): portal
            }
        }
    }

    private func pass() async throws {
        let purchases = try await shop.store.due(at: shop.now(), limit: Self.batch)
        let looks = try await shop.store.portalsToLook(at: shop.now(), limit: Self.batch)
        let turns = purchases.map(Turn.purchase) + looks.map(Turn.look)
        try await SideBySide.run(turns, of: \.portal) { turn in
            switch turn {
            case .purchase(let purchase): try await end(purchase)
            case .look(let portal): try await look(portal)
            }
        }
    }

    /// - Throws: When the database does not take what has become of it.
    private func end(_ purchase: NumberPurchase) async throws {
        do {
            try await shop.resume(purchase, try await portal(purchase.portal))
        } catch {
            try await putOff(purchase, error)
        }
    }

    /// - Throws: When the database does not take when to look again.
    private func look(_ id: PortalID) async throws {
        do {
            guard let account = try await shop.provisioner.existing(id) else { return }
            try await shop.reconcile(try await portal(id), account)
        } catch {
            logger.warning("numbers not looked at", metadata: ["portal.id": "\(id)", "error": "\(error)"])
            let moment = shop.now()
            try await shop.store.postpone(id, from: moment, until: moment.adding(shop.backOff.longest))
        }
    }

    private func portal(_ id: PortalID) async throws -> Portal {
        guard let portal = try await portals.find(id) else {
            throw ControllerError(.licence, "the portal has no licence")
        }
        return portal
    }

    /// The shop puts off what the platform has put off; anything else waits here, unless the purchase has ended.
    private func putOff(_ purchase: NumberPurchase, _ error: any Error) async throws {
        logger.warning(
            "number purchase not ended", metadata: ["portal.id": "\(purchase.portal)", "error": "\(error)"])
        guard var present = try await shop.store.purchase(purchase.id, purchase.portal),
            let due = present.dueAt, due <= shop.now()
        else { return }
        present.attempts += 1
        present.dueAt = shop.now().adding(shop.backOff.longest)
        try await shop.store.save(present)
    }
}
