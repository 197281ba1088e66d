import Billing
import Foundation
import Storage
import TestPostgres

@testable import Switchboard

/// Two controllers of one database as processes, with a balancer before them; voice platform and portals in this process.
struct ControllerPair {
    /// A cent for each second of a call that comes in.
    private static let prices = """
        currency,direction,kind,prefix,group,price,step
        USD,incoming,pstn,,Incoming by the second,0.6,1/1
        """

    let installation: TestInstallation
    let companies: [Company]
    /// The first is the one that was on duty from the beginning.
    let controllers: [ServerProcess]
    /// The controllers' own.
    let database: Database

    /// Starts everything, runs the body, stops everything.
    static func run(companies count: Int, _ body: (ControllerPair) async throws -> Void) async throws {
        let directory = NSTemporaryDirectory() + "switchboard-test-" + UUID().uuidString
        let address = try await TestPostgres.schemaAddress()
        let installation = TestInstallation(demo: try await prepare(directory, address, count))
        let database = try await Database.open(DatabaseLocation(parsing: address))
        defer { try? database.close() }
        let result: Result<Void, any Error>
        do {
            try await running([try Installation(settings: installation.settings, roles: [.voice])]) {
                let ports = try await freePorts(2, installation.settings)
                try await withControllers(installation, at: ports) { controllers in
                    try await Balancer.run(at: installation.settings.integer("controller.port"), before: ports) {
                        let companies = try await makeCompanies(count, of: installation)
                        try await running(companies.map(\.portal)) {
                            try await body(
                                ControllerPair(
                                    installation: installation, companies: companies, controllers: controllers,
                                    database: database))
                        }
                    }
                }
            }
            try? FileManager.default.removeItem(atPath: directory)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await installation.demo.installation.close()
        try result.get()
    }

    private static func makeCompanies(_ count: Int, of installation: TestInstallation) async throws -> [Company] {
        var companies: [Company] = []
        do {
            for index in 0..<count { companies.append(try await .make(index, of: installation)) }
        } catch {
            for company in companies { await company.portal.close() }
            throw error
        }
        return companies
    }

    private static func prepare(_ directory: String, _ address: String, _ companies: Int) async throws -> Demo {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try prices.write(toFile: "\(directory)/prices.csv", atomically: true, encoding: .utf8)
        return try await TestInstallation.prepare(
            directory,
            [
                "voice.tariffs": .text("\(directory)/prices.csv"), "controller.database": .text(address),
                "voice.numbers": .list((0..<companies).map { "\(Company.number($0)) RU GEOGRAPHIC Kaliningrad 0" }),
            ])
    }

    private static func freePorts(_ count: Int, _ settings: Settings) async throws -> [Int] {
        var ports: [Int] = []
        for _ in 0..<count {
            let free = try await FreePorts.choose(for: settings.replacing("controller.port", .integer(0)))
            ports.append(free.integer("controller.port"))
        }
        return ports
    }

    /// Each has a data directory of its own; all say the balancer's address to scenarios.
    private static func withControllers(
        _ installation: TestInstallation, at ports: [Int], _ body: ([ServerProcess]) async throws -> Void
    ) async throws {
        var controllers: [ServerProcess] = []
        defer { for controller in controllers { controller.kill() } }
        for (index, port) in ports.enumerated() {
            let directory = "\(installation.directory)/controller\(index)"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            try installation.demo.installation.secrets.save(in: directory)
            let settings = installation.settings.replacing("controller.port", .integer(port))
                .replacing("controller.url", .text(installation.settings.url("controller")))
                .replacing("data.directory", .text(directory))
            let controller = try ServerProcess(settings, directory: directory, roles: [.controller])
            controllers.append(controller)
            try await controller.listens()
            if index == 0 { try await controller.says("on duty") }
        }
        try await body(controllers)
    }

    /// Runs installations for as long as the body, then stops them in their order.
    private static func running(_ installations: [Installation], _ body: () async throws -> Void) async throws {
        let runs = installations.map { installation in Task { try await installation.run(signals: []) } }
        let result: Result<Void, any Error>
        do {
            for installation in installations { try await installation.ready() }
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        for installation in installations { await installation.stop() }
        for run in runs { _ = await run.result }
        try result.get()
    }

    /// Every company's account has its number and ten dollars, and its telephones are there.
    func telephones() async throws -> [Telephones] {
        var telephones: [Telephones] = []
        for company in companies {
            telephones.append(
                Telephones(
                    caller: try await installation.caller(), desk: try await company.desk(installation)))
        }
        let accounts = try await Wait.until("a number of each account") { () -> [String]? in
            let accounts = try await platform(
                "SELECT a.name FROM phone_number n JOIN account a ON a.id = n.account_id WHERE n.rule_id IS NOT NULL"
            ) { try $0.text("name") }
            return accounts.count == companies.count ? accounts : nil
        }
        try await PlatformClient.run(installation.settings, .usd) { master in
            _ = try await master.call("AddPayment", ["amount": "1000", "payment_reference": "capital"])
            for account in accounts {
                _ = try await master.call(
                    "TransferMoneyToChildAccount", ["child_account_name": account, "amount": "10"])
            }
        }
        return telephones
    }

    /// Rows of the voice platform's database.
    func platform<Value: Sendable>(
        _ query: String, _ read: @escaping @Sendable (Row) throws -> Value
    ) async throws -> [Value] {
        let database = try Database.open(path: "\(installation.directory)/voice/platform.sqlite")
        defer { try? database.close() }
        return try await database.read { try $0.query(query).map(read) }
    }

    /// Rows of the controllers' database.
    func controller<Value: Sendable>(
        _ query: String, _ read: @escaping @Sendable (Row) throws -> Value
    ) async throws -> [Value] {
        try await database.read { try $0.query(query).map(read) }
    }
}
