import AsyncHTTPClient
import Foundation
import Synchronization

@testable import Switchboard

/// Companies that telephone and ask their controllers, without a pause.
struct Load: Sendable {
    /// Whose credentials are asked for and changed; he has no telephone.
    static let employee = 68

    private final class State: Sendable {
        let calls = Mutex(0)
        let isOver = Mutex(false)
    }

    let companies: [Company]
    let telephones: [Telephones]
    let tally = Requests.Tally()
    private let controller: String
    private let client: HTTPClient
    private let state = State()

    init(pair: ControllerPair, telephones: [Telephones]) {
        companies = pair.companies
        self.telephones = telephones
        controller = pair.installation.settings.url("controller")
        client = pair.installation.demo.installation.client
    }

    /// Calls that are over.
    var calls: Int { state.calls.withLock { $0 } }

    func requests(of company: Company) -> Requests {
        Requests(company: company, controller: controller, client: client, tally: tally)
    }

    /// No more requests.
    func end() { state.isOver.withLock { $0 = true } }

    /// Some of the companies get one call after another.
    func telephone(_ indices: Range<Int>, callsEach: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in indices {
                group.addTask {
                    for _ in 0..<callsEach {
                        let call = try await telephones[index].talk(to: companies[index])
                        try await telephones[index].hangUp(call)
                        state.calls.withLock { $0 += 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Every company asks, as a program and as an administrator at the portal's page, several things at once until the
    /// end.
    ///
    /// - Returns: The password of ``employee`` that each company was told last.
    func ask() async throws -> [String: String] {
        try await withThrowingTaskGroup(of: (String, String)?.self) { group in
            for company in companies {
                let requests = requests(of: company)
                group.addTask { (company.name, try await changePassword(requests)) }
                group.addTask {
                    try await untilTheEnd { _ in
                        try await requests.ask("GetAccountInfo")
                        try await requests.ask("GetUser", ["USER_ID": Self.employee])
                    }
                    return nil
                }
                group.addTask {
                    let browser = try await company.browser()
                    try await untilTheEnd { round in
                        try await browser.patch("/api/lines/1", ["PHONE_TITLE": "Line \(round)"])
                        try await readBalance(browser)
                    }
                    return nil
                }
            }
            return try await group.reduce(into: [:]) { told, answer in if let answer { told[answer.0] = answer.1 } }
        }
    }

    private func untilTheEnd(_ work: (_ round: Int) async throws -> Void) async throws {
        var round = 0
        while !state.isOver.withLock({ $0 }) {
            round += 1
            try await work(round)
        }
    }

    private func changePassword(_ requests: Requests) async throws -> String {
        var password = ""
        try await untilTheEnd { _ in
            let answer = try await requests.ask("SetUserPassword", ["USER_ID": Self.employee, "DEVICE": "BROWSER"])
            password = answer["user_password"] as? String ?? ""
        }
        return password
    }

    /// The page says what it is when no controller answers.
    private func readBalance(_ browser: EmployeeBrowser) async throws {
        do {
            _ = try await browser.get("/api/balance")
            tally.serve()
        } catch let failure as EmployeeBrowser.Failure {
            let text = failure.description
            guard text.contains("answered 503"), text.contains("CONTROLLER_AWAY") else { throw failure }
            tally.refuse()
        }
    }
}
