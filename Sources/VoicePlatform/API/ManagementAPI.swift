import Billing
import CallControl
import Digests
import Logging
import NIOPosix
import Storage

/// A request of the management API as it came.
struct APIRequest: Sendable {
    /// The method's name, nil when the request has none.
    var command: String?
    var values: [String: String]
    /// The `Authorization` header.
    var authorization: String?
    /// The client's address as the server sees it.
    var address = ""
}

/// What a method answers.
enum APIAnswer: Sendable, Equatable {
    case document(JSONValue)
    case file(StoredFile)
}

/// Answers the methods of the management API.
///
/// Credentials are checked in the same transaction in which the method runs; every statement names the account.
struct ManagementAPI: Sendable {
    let database: Database
    let directory: Directory
    let files: PlatformFiles
    let storage: AccountStorage
    let hosting: any SessionHosting
    let configuration: @Sendable () -> VoicePlatformConfiguration
    let clock: @Sendable () -> UnixTime
    let gate: RequestGate
    let orders: EngineOrders
    let logger: Logger

    /// Runs a method; errors are documents too.
    func answer(_ request: APIRequest) async -> APIAnswer {
        do {
            guard let command = request.command, !command.isEmpty else { throw APIError.commandMissing }
            guard let method = APIMethod.byName[command] else { throw APIError.commandUnknown }
            return try await run(method, request)
        } catch let error as APIError {
            return .document(error.body)
        } catch let error as StorageError {
            logger.error(
                "database refused a method",
                metadata: ["api.method": "\(request.command ?? "")", "error": "\(error)"])
            return .document(APIError(code: 4, message: "Database error.").body)
        } catch let error as LedgerError {
            logger.error(
                "ledger refused a method",
                metadata: ["api.method": "\(request.command ?? "")", "error": "\(error)"])
            return .document(APIError.billingFailed.body)
        } catch {
            logger.error(
                "method failed", metadata: ["api.method": "\(request.command ?? "")", "error": "\(error)"])
            return .document(APIError.internalError.body)
        }
    }

    private func run(_ method: APIMethod, _ request: APIRequest) async throws -> APIAnswer {
        let desk = MethodDesk(
            method: method, request: request, gate: gate, configuration: configuration(), now: clock())
        switch method.work {
        case .read(let work):
            return .document(try await database.read { try work(desk.admit($0)) })
        case .write(let work):
            return .document(try await write(desk, work))
        case .trunks(let work):
            try await database.read { try work(desk.admit($0)) }
            return .document(TrunkMethods.list(await orders.trunks(), at: desk.now))
        case .newKey(let work):
            // A stranger must not make us calculate: he is refused before.
            try await database.read { _ = try desk.admit($0) }
            let pair = try await NIOThreadPool.singleton.runIfActive { try RSAKeyPair.generate() }
            return .document(try await write(desk) { try work($0, pair) })
        case .file(let work):
            return .file(try await database.write { try desk.audited($0, work) })
        case .call(let work):
            let verification = try await database.write { try desk.audited($0, work) }
            try await hosting.call(verification)
            return .document(MethodResult.done().body)
        case .start(let work):
            return .document(try await start(desk, work))
        }
    }

    private func write(
        _ desk: MethodDesk, _ work: @escaping @Sendable (MethodCall) throws -> MethodResult
    ) async throws -> JSONValue {
        let result = try await database.write { try desk.audited($0, work) }
        await perform(result.effects)
        return result.body
    }

    private func start(
        _ desk: MethodDesk, _ work: @escaping @Sendable (MethodCall) throws -> ScenarioStart
    ) async throws -> JSONValue {
        let start = try await database.read { try work(desk.admit($0)) }
        let session = try await hosting.start(start)
        let urls = PublicURLs(desk.configuration)
        return .members([
            "result": .integer(1), "media_session_access_url": .string(urls.access(session.accessPath)),
            "media_session_access_secure_url": .string(urls.accessSecure(session.accessPath)),
            "call_session_history_id": .integer(session.id.rawValue),
        ])
    }

    private func perform(_ effects: [MethodResult.Effect]) async {
        for effect in effects {
            switch effect {
            case .directoryChanged(let account): directory.changed(account)
            case .scenariosChanged(let account): directory.changed(account, withChildren: true)
            case .recordDeleted(let name, let account, let bytes):
                storage.add(-bytes, of: account)
                await files.removeRecord(name)
            case .registrationsChanged: orders.registrationsChanged()
            case .userShutOut(let user): await orders.forgetPhones(user)
            }
        }
    }
}

/// Lets a request into a transaction: who calls, may he, and not too often.
private struct MethodDesk: Sendable {
    let method: APIMethod
    let request: APIRequest
    let gate: RequestGate
    let configuration: VoicePlatformConfiguration
    let now: UnixTime

    /// - Throws: ``APIError`` 100 and others of ``Authentication``, 104 for a role that may not, 340.
    func admit(_ transaction: Transaction) throws -> MethodCall {
        let parameters = MethodParameters(request.values)
        let caller = try Authentication(transaction: transaction, now: now).caller(
            Credentials(authorization: request.authorization, parameters: parameters), for: method.access)
        guard method.roles.admits(caller.roles) else { throw APIError.forbidden }
        try gate.pass(caller.account.id, at: now)
        return MethodCall(
            transaction: transaction, caller: caller, parameters: parameters, configuration: configuration, now: now)
    }

    /// Does the work and notes it in the account's audit log; neither stays without the other.
    func audited<Value>(_ transaction: Transaction, _ work: (MethodCall) throws -> Value) throws -> Value {
        let call = try admit(transaction)
        let value = try work(call)
        try AuditLog(transaction: transaction).add(method.name, call, address: request.address)
        return value
    }
}
