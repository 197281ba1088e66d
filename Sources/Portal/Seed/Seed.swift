import Digests
import Foundation
import PhoneNumbers
import Storage

/// The content of a seed file: everything that an empty portal starts with.
struct Seed {
    var company: Company
    var employees: [(id: EmployeeID, input: EmployeeInput)] = []
    var lines: [(id: SearchID, input: LineInput)] = []
    var cards: [(kind: CardKind, id: CardID?, input: CardInput)] = []
    var blacklist: [PhoneNumber] = []
    /// Numbers that are bought at once.
    var purchases: [Purchase] = []

    struct Company {
        var name: String
        /// Language of the sounds: EN, DE or RU.
        var language: String
    }

    /// A number, and the price that it may have, in the currency of the company's account.
    struct Purchase {
        var number: PhoneNumber
        /// Each period and once, as decimal texts.
        var price: String
        var installationPrice: String

        /// What the controller is asked; the same however often.
        var order: JSONValue {
            [
                "REQUEST_ID": .text("seed-\(number.digits)"), "PHONE_NUMBER": .text(number.digits),
                "PRICE": .text(price), "INSTALLATION_PRICE": .text(installationPrice),
            ]
        }
    }

    private static let most = 100_000
    private static let mostPurchases = 1000
    private static let sections = [
        "company", "employees", "lines", "contacts", "companies", "leads", "blacklist", "numbers",
    ]

    /// Reads and checks the whole file before anything is stored.
    init(_ value: JSONValue, region: Region) throws(InputError) {
        let input = try InputReader(value)
        try input.allowOnly(Self.sections)
        company = try Self.company(input)
        for reader in try input.objects("employees", atMost: Self.most) {
            try reader.allowOnly(EmployeeInput.fields + ["id"])
            let id = EmployeeID(rawValue: try reader.integer("id", EmployeeID.allowed))
            employees.append((id, try EmployeeInput(reader, region: region, isNew: true)))
        }
        for reader in try input.objects("lines", atMost: Self.most) {
            lines.append((try LineInput.searchID(reader), try LineInput(reader, region: region)))
        }
        for kind in CardKind.allCases {
            for reader in try input.objects(kind.plural, atMost: Self.most) {
                try reader.allowOnly(CardInput.fields + ["id"])
                let id = try reader.optionalInteger("id", CardID.allowed).map(CardID.init)
                cards.append((kind, id, try CardInput(reader, region: region, isNew: true)))
            }
        }
        blacklist = try input.phones("blacklist", region: region, atMost: Self.most) ?? []
        for reader in try input.objects("numbers", atMost: Self.mostPurchases) {
            purchases.append(try Self.purchase(reader, region: region))
        }
        try checkReferences()
        try checkUniqueness()
    }

    private static func purchase(_ reader: InputReader, region: Region) throws(InputError) -> Purchase {
        try reader.allowOnly(["number", "price", "installation_price"])
        guard let number = try reader.optionalPhone("number", region: region) else {
            throw reader.wrong("number", "a telephone number such as +7 911 223-34-44", "nothing")
        }
        func amount(_ key: String) throws(InputError) -> String {
            let text = try reader.text(key, 1...20)
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            let isAmount =
                (1...2).contains(parts.count)
                && parts.allSatisfy { part in
                    !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
                }
            guard isAmount else { throw reader.wrong(key, "a decimal text such as 300 or 12.50", "another text") }
            return text
        }
        return Purchase(
            number: number, price: try amount("price"), installationPrice: try amount("installation_price"))
    }

    private static func company(_ input: InputReader) throws(InputError) -> Company {
        guard let value = input["company"] else {
            throw input.wrong("company", "an object with name and language", "nothing")
        }
        let company = try InputReader(value, path: "company")
        try company.allowOnly(["name", "language"])
        let language = try company.optionalText("language", 2...2) ?? "EN"
        guard ["EN", "DE", "RU"].contains(language) else {
            throw company.wrong("language", "one of EN, DE, RU", "another text")
        }
        return Company(name: try company.text("name", 1...200), language: language)
    }

    private func checkReferences() throws(InputError) {
        let known = Set(employees.map(\.id))
        func check(_ id: EmployeeID?, _ path: String) throws(InputError) {
            guard let id, !known.contains(id) else { return }
            throw InputError(path: path, expected: "the id of an employee in this file", found: id.description)
        }
        for (index, line) in lines.enumerated() {
            for (place, member) in (line.input.members ?? []).enumerated() {
                try check(member, "lines[\(index)].QUEUE_USERS[\(place)]")
            }
        }
        var indexes: [CardKind: Int] = [:]
        for card in cards {
            let index = indexes[card.kind, default: 0]
            indexes[card.kind] = index + 1
            let path = "\(card.kind.plural)[\(index)]"
            try check(card.input.responsible ?? nil, "\(path).responsible_id")
            try check(card.input.callManager ?? nil, "\(path).call_manager_id")
            try check(card.input.temporaryManager ?? nil, "\(path).temporary_manager_id")
        }
    }

    private func checkUniqueness() throws(InputError) {
        func check(_ values: [String?], _ path: (Int) -> String) throws(InputError) {
            var seen: Set<String> = []
            for (index, value) in values.enumerated() {
                guard let value, !seen.insert(value).inserted else { continue }
                throw InputError(path: path(index), expected: "a value of its own", found: "one that is taken above")
            }
        }
        try check(employees.map { $0.id.description }) { "employees[\($0)].id" }
        try check(employees.map(\.input.login)) { "employees[\($0)].login" }
        try check(employees.map { $0.input.extension ?? nil }) { "employees[\($0)].extension" }
        try check(lines.map(\.id.rawValue)) { "lines[\($0)].SEARCH_ID" }
        try check(purchases.map(\.number.digits)) { "numbers[\($0)].number" }
        for kind in CardKind.allCases {
            try check(cards.filter { $0.kind == kind }.map { $0.id?.description }) { "\(kind.plural)[\($0)].id" }
        }
    }
}

extension Seed {
    /// Stores everything in one transaction.
    ///
    /// - Parameter passwords: The hashes of the employees' passwords, in their order.
    func store(_ passwords: [PasswordHash], in transaction: Transaction, now: Int64) throws {
        try transaction.execute(
            "INSERT INTO company (id, name, language) VALUES (1, ?, ?)", [.text(company.name), .text(company.language)])
        let staff = EmployeeStore(transaction: transaction)
        for (employee, password) in zip(employees, passwords) {
            _ = try staff.add(employee.input, password: password, id: employee.id)
        }
        // Before the lines, which have their numbers attached.
        for purchase in purchases { try Outbox.add("BuyNumber", purchase.order, to: transaction) }
        for line in lines { try LineDesk.add(line.id, line.input, in: transaction) }
        // Cards with an id first: a counted id must not take one that the file gives.
        for card in cards.filter({ $0.id != nil }) + cards.filter({ $0.id == nil }) {
            _ = try CardStore(kind: card.kind, transaction: transaction).add(card.input, id: card.id, now: now)
        }
        for number in blacklist {
            try transaction.execute("INSERT INTO blacklist (number) VALUES (?)", [.text(number.digits)])
        }
    }
}
