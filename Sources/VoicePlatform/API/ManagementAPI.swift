import CallControl
import Logging
import Storage

/// Answers the methods of the management API.
///
/// Credentials are checked in the same transaction in which the method runs; every statement names the account.
struct ManagementAPI: Sendable {
    let database: Database
    let directory: Directory
    let files: PlatformFiles
    let hosting: any SessionHosting
    let configuration: @Sendable () -> VoicePlatformConfiguration
    let clock: @Sendable () -> UnixTime
    let logger: Logger

    /// Runs a method; errors are documents too.
    func answer(command: String?, _ values: [String: String]) async -> JSONValue {
        do {
            guard let command, let method = APIMethod.byName[command] else { throw APIError.commandMissing }
            return try await run(method, MethodParameters(values))
        } catch let error as APIError {
            return error.body
        } catch let error as StorageError {
            logger.error(
                "database refused a method", metadata: ["api.method": "\(command ?? "")", "error": "\(error)"])
            return APIError(code: 4, message: "Database error.").body
        } catch {
            logger.error("method failed", metadata: ["api.method": "\(command ?? "")", "error": "\(error)"])
            return APIError.internalError.body
        }
    }

    private func run(_ method: APIMethod, _ parameters: MethodParameters) async throws -> JSONValue {
        let configuration = configuration()
        let now = clock()
        switch method.work {
        case .read(let work):
            return try await database.read { transaction in
                try work(Self.call(method, transaction, parameters, configuration, now))
            }
        case .write(let work):
            let result = try await database.write { transaction in
                try work(Self.call(method, transaction, parameters, configuration, now))
            }
            await perform(result.effects)
            return result.body
        case .start(let work):
            let start = try await database.read { transaction in
                try work(Self.call(method, transaction, parameters, configuration, now))
            }
            let session = try await hosting.start(start)
            let urls = PublicURLs(configuration)
            return .members([
                "result": .integer(1), "media_session_access_url": .string(urls.access(session.accessPath)),
                "media_session_access_secure_url": .string(urls.accessSecure(session.accessPath)),
                "call_session_history_id": .integer(session.id.rawValue),
            ])
        }
    }

    private static func call(
        _ method: APIMethod, _ transaction: Transaction, _ parameters: MethodParameters,
        _ configuration: VoicePlatformConfiguration, _ now: UnixTime
    ) throws -> MethodCall {
        let account = try Authentication(transaction: transaction).account(parameters, for: method.access)
        return MethodCall(
            transaction: transaction, account: account, parameters: parameters, configuration: configuration, now: now)
    }

    private func perform(_ effects: [MethodResult.Effect]) async {
        for effect in effects {
            switch effect {
            case .directoryChanged(let account): directory.changed(account)
            case .recordDeleted(let name): await files.removeRecord(name)
            }
        }
    }
}
