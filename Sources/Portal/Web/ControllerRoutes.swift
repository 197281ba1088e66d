import Foundation
import HTTPTypes
import Hummingbird
import PhoneNumbers
import Storage

/// What the controller asks and tells: `POST /telephony/<Command>`, `POST /crm/<question>`; signed.
struct ControllerRoutes {
    /// What the controller tells, and asks about lines.
    enum Command: String, CaseIterable {
        case lineSettings = "LineSettings"
        case invite = "Invite"
        case startCall = "StartCall"
        case hangupCall = "HangupCall"
        case addCallHistory = "AddCallHistory"
        case balanceWarning = "BalanceWarning"
        case paymentReceived = "PaymentReceived"
        case numberChanged = "NumberChanged"
        case supportRequested = "SupportRequested"
        case supportLook = "SupportLook"
        case licenceKeyChanged = "LicenceKeyChanged"
    }

    /// What it asks about people and clients.
    enum Question: String, CaseIterable {
        case find, employees
    }

    let parts: PortalParts

    func add(to router: Router<BasicRequestContext>) {
        router.post("telephony/:command") { request, context in
            let value = try await signedBody(request)
            return try Exchange.answer(try await telephony(context.parameters.require("command"), value))
        }
        router.post("crm/:question") { request, context in
            let value = try await signedBody(request)
            return try Exchange.answer(try await crm(context.parameters.require("question"), value))
        }
    }

    /// The body of a request whose signature is right.
    private func signedBody(_ request: Request) async throws -> JSONValue {
        let body = try await Exchange.body(request)
        let path = request.uri.string
        try await parts.signatures.check(method: request.method.rawValue, path: path, body: Array(body)) { name in
            HTTPField.Name(name).flatMap { request.headers[$0] }
        }
        return try JSONValue(parsing: body)
    }

    private func telephony(_ command: String, _ value: JSONValue) async throws -> JSONValue {
        guard let command = Command(rawValue: command) else {
            throw PortalRefusal(.notFound, "there is no such command")
        }
        let input = try InputReader(value)
        switch command {
        case .lineSettings: return try await lineSettings(input)
        case .invite: try await parts.desk.invite(input)
        case .startCall: try await parts.desk.start(input)
        case .hangupCall: try await parts.desk.hangup(input)
        case .addCallHistory: try await parts.desk.history(CallRecord(input, source: value))
        case .balanceWarning:
            let warning = try BalanceWarning(input)
            try await parts.database.write { try BalanceWarningStore(transaction: $0).add(warning) }
        case .paymentReceived:
            let news = try PaymentNews(input, at: parts.now())
            try await parts.database.write { try PaymentNewsStore(transaction: $0).add(news) }
        case .numberChanged:
            let news = try NumberNews(input, at: parts.now())
            try await parts.database.write { try NumberNewsStore(transaction: $0).add(news) }
        case .supportRequested:
            let request = try SupportRequest(input)
            try await parts.database.write { try SupportStore(transaction: $0).add(request) }
        case .supportLook:
            let look = try SupportLook(input)
            try await parts.database.write { try SupportStore(transaction: $0).add(look) }
        case .licenceKeyChanged:
            let change = try KeyChange(input)
            try await parts.database.write { try SupportStore(transaction: $0).add(change) }
        }
        return ["result": "OK"]
    }

    private func lineSettings(_ input: InputReader) async throws -> JSONValue {
        let names = [try input.loose("SEARCH_ID", atMost: 255), try input.loose("PHONE_NUMBER", atMost: 255)]
        return try await parts.lineSettings(anyOf: names) ?? ["ERROR": "LINE_NOT_FOUND"]
    }

    private func crm(_ question: String, _ value: JSONValue) async throws -> JSONValue {
        guard let question = Question(rawValue: question) else {
            throw PortalRefusal(.notFound, "there is no such question")
        }
        let input = try InputReader(value)
        switch question {
        case .find: return try await find(input)
        case .employees: return try await employees()
        }
    }

    private func find(_ input: InputReader) async throws -> JSONValue {
        let text = try input.text("phone", 1...PhoneNumberParser.longestText)
        let number = PhoneNumberParser.parse(text, defaultRegion: parts.configuration.region).number
        let withEmployees = try input.optionalFlag("employees") ?? false
        return try await parts.database.read { transaction in
            var sections: [String: JSONValue] = [:]
            for kind in CardKind.allCases {
                let cards = try number.map { try CardStore(kind: kind, transaction: transaction).find($0) } ?? []
                sections[kind.plural] = .list(cards.map(\.json))
            }
            if withEmployees { sections["employees"] = try employees(in: transaction) }
            return .object(sections)
        }
    }

    private func employees() async throws -> JSONValue {
        ["employees": try await parts.database.read { try employees(in: $0) }]
    }

    private func employees(in transaction: Transaction) throws -> JSONValue {
        let all = try EmployeeStore(transaction: transaction).all()
        let list = all.filter(\.isActive).map { employee -> JSONValue in
            [
                "id": .integer(employee.id.rawValue), "name": .text(employee.name),
                "extension": .optional(employee.extension), "have_phone": .flag(employee.havePhone),
                "online": .flag(parts.isOnline(employee)), "workday_open": .flag(employee.workdayOpen),
                "own_phone": .optional(employee.ownPhone?.digits),
            ]
        }
        return .list(list)
    }
}
