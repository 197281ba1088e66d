import Foundation
import HTTPTypes
import Hummingbird
import Synchronization

@testable import Controller

/// A licence server in memory.
final class FakeLicenceServer: Sendable {
    static let token = "licence-token"

    struct State: Sendable {
        /// Fields of the answer by portal, without its address.
        var licences: [String: JSONValue] = [:]
        /// Licences that have ended.
        var ended: Set<String> = []
        var isAway = false
        /// Whether questions have no answer until ``release()``.
        var isHanging = false
        /// Portals whose answer is nonsense.
        var garbled: Set<String> = []
        var questions: [String] = []
        var wrongTokens = 0
    }

    let state = Mutex(State())
    let events = Events()

    func release() {
        state.withLock { $0.isHanging = false }
        events.announce()
    }

    /// How often it was asked about the portal.
    func count(_ portal: String) -> Int { state.withLock { $0.questions.count { $0 == portal } } }

    func licence(_ portal: String, key: String, until: Int64? = nil, currency: String = "RUB") {
        state.withLock {
            $0.licences[portal] = [
                "licence_key": .text(key), "currency": .text(currency), "region": "RU", "kind": "cloud",
                "licensed_until": until.json,
            ]
        }
    }

    /// - Parameter portal: The address of every portal.
    func router(portal address: String) -> Router<BasicRequestContext> {
        let router = Router()
        router.get("licences/:portal") { request, context in
            let id = (context.parameters.get("portal") ?? "").removingPercentEncoding ?? ""
            self.state.withLock { $0.questions.append(id) }
            defer { self.events.announce() }
            if self.state.withLock({ $0.isHanging }) {
                await self.events.wait { self.state.withLock { !$0.isHanging } }
            }
            return self.state.withLock { state in
                guard request.headers[.authorization] == "Bearer \(Self.token)" else {
                    state.wrongTokens += 1
                    return Response(status: .unauthorized)
                }
                guard !state.isAway else { return Response(status: .badGateway) }
                guard !state.garbled.contains(id) else { return Response(status: .internalServerError) }
                guard !state.ended.contains(id) else { return Response(status: .gone) }
                guard case .object(let fields)? = state.licences[id] else { return Response(status: .notFound) }
                return Answers.json(.object(fields + [.init(name: "address", value: .text(address))]))
            }
        }
        return router
    }
}
