import Billing

/// What portals ask about numbers: what is sold, what they have, buying and giving back.
struct NumberDesk: Sendable {
    private static let mostNumbers: Int64 = 500

    let shop: NumberShop

    private var provisioner: Provisioner { shop.provisioner }

    var commands: [PortalCommand] {
        [
            search("GetNumberCountries") { fields, _, account in try await countries(fields, account) },
            search("GetNumberStates") { fields, _, account in try await states(fields, account) },
            search("GetNumberRegions") { try await regions($0, $1, $2) },
            search("FindNumbers") { try await find($0, $1, $2) },
            PortalCommand("AddNumber") { json, portal in
                let number = try await shop.connect(try CommandFields(json).number(portal), portal)
                return [
                    "result": "OK", "phone_number": .text(number.facts.number), "STATE": .text(number.stateName),
                ]
            },
            PortalCommand("BuyNumber") { ["result": try await buy(CommandFields($0), $1).json] },
            PortalCommand("GetNumbers") { try await list(CommandFields($0), $1) },
            PortalCommand("SetNumberRenewal") { json, portal in
                let fields = CommandFields(json)
                let number = try fields.number(portal)
                return ["result": try await shop.setRenewal(try fields.flag("AUTO_RENEW"), number, portal).json]
            },
            PortalCommand("RenewNumber") {
                ["result": try await shop.renew(try CommandFields($0).number($1), $1).json]
            },
            PortalCommand("ReleaseNumber") {
                ["result": try await shop.release(try CommandFields($0).number($1), $1).json]
            },
        ]
    }

    // MARK: What is sold

    private func search(
        _ name: String,
        _ ask: @escaping @Sendable (CommandFields, Portal, Account) async throws -> JSONValue
    ) -> PortalCommand {
        PortalCommand(name) { json, portal in
            let account = try await provisioner.account(portal)
            return try await inKnownPlace { try await ask(CommandFields(json), portal, account) }
        }
    }

    private func inKnownPlace<Answer>(_ ask: () async throws -> Answer) async throws -> Answer {
        do {
            return try await ask()
        } catch let error as ManagementError where error.isUnknownPlace {
            throw ControllerError(
                .wrongRequest,
                "there is no such country, category, state or region; GetNumberCountries and GetNumberRegions name them"
            )
        }
    }

    private func countries(_ fields: CommandFields, _ account: Account) async throws -> JSONValue {
        let found = try await provisioner.platform.numberCountries(locale: try locale(fields), account.credentials)
        let list = found.map { country -> JSONValue in
            let categories = country.categories.map { category -> JSONValue in
                [
                    "CATEGORY": .text(category.code), "NAME": .text(category.name),
                    "HAS_STATES": category.hasStates ? "Y" : "N",
                ]
            }
            return [
                "COUNTRY": .text(country.code), "NAME": .text(country.name), "PREFIX": country.prefix.json,
                "CATEGORIES": .list(categories),
            ]
        }
        return ["result": .list(list)]
    }

    private func states(_ fields: CommandFields, _ account: Account) async throws -> JSONValue {
        let found = try await provisioner.platform.numberStates(
            country: try country(fields), category: try category(fields), account.credentials)
        return ["result": .list(found.map { ["STATE": .text($0.code), "NAME": .text($0.name)] })]
    }

    private func regions(_ fields: CommandFields, _ portal: Portal, _ account: Account) async throws -> JSONValue {
        let found = try await provisioner.platform.numberRegions(
            country: try country(fields), category: try category(fields), state: try state(fields),
            locale: try locale(fields), currency: portal.access.currency, account.credentials)
        let list = found.map { region -> JSONValue in
            [
                "REGION_ID": .text(region.id), "NAME": .text(region.name), "AREA_CODE": region.areaCode.json,
                "FREE": .integer(region.free), "PRICE": .text(region.price.monthly.decimalText),
                "INSTALLATION_PRICE": .text(region.price.installation.decimalText),
                "CURRENCY": .text(portal.access.currency.code),
            ]
        }
        return ["result": .list(list)]
    }

    private func find(_ fields: CommandFields, _ portal: Portal, _ account: Account) async throws -> JSONValue {
        let mask = try fields.optionalText("MASK", 1...20)
        guard mask.map({ $0.allSatisfy { $0 == "*" || ("0"..."9").contains($0) } }) ?? true else {
            throw CommandFields.wrong("MASK", "digits, with * for any of them")
        }
        let page = ManagementClient.OfferPage(
            mask: mask, count: try fields.integer("LIMIT", 1...100, fallback: 20),
            offset: try fields.integer("OFFSET", 0...100_000, fallback: 0))
        let found = try await provisioner.platform.offers(
            at: try place(fields), page, currency: portal.access.currency, account.credentials)
        return ["result": .list(found.offers.map(\.json)), "total": .integer(found.total)]
    }

    private func place(_ fields: CommandFields) throws(ControllerError) -> NumberPlace {
        let region = try fields.text("REGION_ID", 1...18)
        guard region.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            throw CommandFields.wrong("REGION_ID", "one of GetNumberRegions")
        }
        return NumberPlace(
            country: try country(fields), category: try category(fields), region: region, state: try state(fields))
    }

    private func country(_ fields: CommandFields) throws(ControllerError) -> String {
        let code = try fields.text("COUNTRY", 2...2)
        guard code.allSatisfy({ ("A"..."Z").contains($0) }) else {
            throw CommandFields.wrong("COUNTRY", "a code of two capital letters")
        }
        return code
    }

    private func category(_ fields: CommandFields) throws(ControllerError) -> String {
        try fields.text("CATEGORY", 1...64)
    }

    private func state(_ fields: CommandFields) throws(ControllerError) -> String? {
        try fields.optionalText("STATE", 1...64)
    }

    private func locale(_ fields: CommandFields) throws(ControllerError) -> String {
        let locale = try fields.optionalText("LOCALE", 2...2) ?? "EN"
        guard ["EN", "RU"].contains(locale) else { throw CommandFields.wrong("LOCALE", "EN or RU") }
        return locale
    }

    // MARK: What the portal has

    private func buy(_ fields: CommandFields, _ portal: Portal) async throws -> RentedNumber {
        let currency = portal.access.currency
        let given = try fields.optionalText("CURRENCY", 3...3)
        guard given == nil || given == currency.code else {
            throw CommandFields.wrong("CURRENCY", "\(currency.code), in which the account is kept")
        }
        let isPlaced = fields.isGiven(any: ["COUNTRY", "CATEGORY", "REGION_ID", "STATE"])
        let wish = NumberPurchase.Wish(
            number: try fields.number(portal), place: isPlaced ? try place(fields) : nil,
            price: NumberPrice(
                monthly: try fields.amount("PRICE", currency),
                installation: try fields.amount("INSTALLATION_PRICE", currency)))
        let id = try fields.requestID()
        return try await inKnownPlace { try await shop.buy(wish, id, portal) }
    }

    /// From the platform as it is now; when it is away, as it was when it was last seen.
    private func list(_ fields: CommandFields, _ portal: Portal) async throws -> JSONValue {
        let limit = try fields.integer("LIMIT", 1...Self.mostNumbers, fallback: 100)
        let after = try fields.optionalText("AFTER", 1...20) ?? ""
        var isFresh = true
        if let account = try await provisioner.existing(portal.id), after.isEmpty {
            do {
                try await shop.reconcile(portal, account)
            } catch let error as ManagementError where error.isPassing {
                isFresh = false
            }
        }
        var numbers = try await shop.store.page(portal.id, after: after, limit: limit + 1)
        let hasMore = numbers.count > Int(limit)
        if hasMore { numbers.removeLast() }
        return [
            "result": .list(numbers.map(\.json)), "next": hasMore ? (numbers.last?.facts.number).json : .null,
            "FRESH": isFresh ? "Y" : "N",
        ]
    }
}
