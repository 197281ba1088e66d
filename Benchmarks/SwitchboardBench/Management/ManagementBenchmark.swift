import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Measures the management API and the ledger behind it, over HTTP against a server of its own.
struct ManagementBenchmark {
    /// Requests for each of the four master accounts; the API takes a thousand at once from one account.
    var requests = 800
    /// Accounts below one of them, and how often all of them get money.
    var children = 100
    var rounds = 50
    var server: ServerProcess
    /// Told before each step.
    var progress: @Sendable (String) -> Void

    private static let currencies = ["RUB", "UAH", "USD", "EUR"]
    /// Requests that are on their way at the same time, as from a few programs.
    private static let together = 8

    func run() async throws -> [Figure] {
        progress("Starting a server for the management API.")
        try await server.start(client: .shared)
        let clients = try Self.currencies.map { try ManagementClient(server, currency: $0, client: .shared) }
        progress("Measuring \(requests * clients.count) requests of the management API.")
        let questions = try await questions(clients)
        guard let bank = clients.last else { return questions }
        progress("Measuring \(2 * children * rounds) entries of the ledger.")
        return questions + [try await transfers(bank)]
    }

    private func questions(_ clients: [ManagementClient]) async throws -> [Figure] {
        for client in clients { _ = try await client.call("GetAccountInfo") }
        let count = requests * clients.count
        let time = try await processorTime {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<Self.together {
                    group.addTask {
                        for index in stride(from: lane, to: count, by: Self.together) {
                            _ = try await clients[index % clients.count].call("GetAccountInfo")
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        return [.measured("api.requests_per_cpu_s", Double(count) / time, "requests, API key and balance")]
    }

    /// Each request moves money to every child: two entries for each, in one transaction.
    private func transfers(_ bank: ManagementClient) async throws -> Figure {
        for index in 0..<children {
            let fields = [
                "account_name": "bench-\(index)", "account_email": "bench-\(index)@localhost.invalid",
                "account_password": "bench-Password-1", "active": "true",
            ]
            _ = try await bank.call("AddAccount", fields, asParent: true)
        }
        _ = try await bank.call("AddPayment", ["amount": "1000000", "payment_reference": "bench"])
        let transfer = ["child_account_id": "all", "amount": "0.01"]
        _ = try await bank.call("TransferMoneyToChildAccount", transfer)
        let time = try await processorTime {
            for _ in 0..<rounds { _ = try await bank.call("TransferMoneyToChildAccount", transfer) }
        }
        return .measured(
            "ledger.entries_per_cpu_s", Double(2 * children * rounds) / time,
            "entries, \(2 * children) in a transaction")
    }

    /// Seconds of processor time that the server spends on something.
    private func processorTime(_ body: () async throws -> Void) async throws -> Double {
        let before = try server.usage().server.cpu
        try await body()
        let spent = try server.usage().server.cpu - before
        guard spent > 0 else { throw ServerProcess.Failure(description: "Too little was measured; ask for more.") }
        return spent
    }
}

/// One of the operator's own accounts as a client of the management API.
struct ManagementClient: Sendable {
    private let url: String
    private let account: String
    private let key: String
    private let client: HTTPClient

    init(_ server: ServerProcess, currency: String, client: HTTPClient) throws {
        let data = try Data(contentsOf: URL(filePath: "\(server.directory)/secrets.json"))
        let secrets = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        guard let key = (secrets?["masterKeys"] as? [String: String])?[currency] else {
            throw ServerProcess.Failure(description: "secrets.json has no key of the \(currency) account.")
        }
        url = "http://127.0.0.1:\(server.ports.platform)/platform_api/"
        account = "master-\(currency.lowercased())"
        self.key = key
        self.client = client
    }

    /// - Parameter asParent: The account is named as the parent of one that does not exist yet.
    func call(
        _ method: String, _ fields: [String: String] = [:], asParent: Bool = false
    ) async throws -> [String: Any] {
        let credentials =
            asParent
            ? ["parent_account_name": account, "parent_account_api_key": key]
            : ["account_name": account, "api_key": key]
        var request = HTTPClientRequest(url: url + method)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        // Nothing in these fields needs an escape but the at sign, which a form may hold.
        let form = fields.merging(credentials) { $1 }.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
        request.body = .bytes(ByteBuffer(string: form))
        let response = try await client.execute(request, timeout: .seconds(20))
        let data = Data(buffer: try await response.body.collect(upTo: 1 << 20))
        let answer = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        guard response.status == .ok, answer["error"] == nil else {
            throw ServerProcess.Failure(description: "\(method) was refused: \(String(decoding: data, as: UTF8.self))")
        }
        return answer
    }
}
