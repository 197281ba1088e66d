import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// The vendor's licence server: `GET <base>/licences/<portal>` with a bearer token.
struct LicenceServer: Sendable {
    /// What it says of a portal.
    enum Answer: Sendable, Equatable {
        case licensed(Licence)
        /// There is no such licence (404), or it has ended (410).
        case none
        /// No answer in time, or one that says so; the text is for the log.
        case away(String)
        /// An answer about this portal that means nothing; the text is for the log.
        case unreadable(String)

        var isAway: Bool {
            guard case .away = self else { return false }
            return true
        }
    }

    private static let longestAnswer = 64 << 10

    let access: LicenceServerAccess
    let http: HTTPClient

    func ask(_ portal: PortalID) async -> Answer {
        let name = portal.rawValue.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        var request = HTTPClientRequest(url: "\(access.baseURL)/licences/\(name)")
        request.headers.add(name: "Authorization", value: "Bearer \(access.token.revealed)")
        do {
            let response = try await http.execute(request, timeout: TimeAmount(access.limit))
            let body = Data(buffer: try await response.body.collect(upTo: Self.longestAnswer))
            switch response.status {
            case .ok:
                guard let licence = JSONValue(body).flatMap(Licence.init) else {
                    return .unreadable("its answer is no licence")
                }
                return .licensed(licence)
            case .notFound, .gone: return .none
            case .unauthorized, .forbidden, .tooManyRequests, .badGateway, .serviceUnavailable, .gatewayTimeout:
                return .away("it answered with status \(response.status.code)")
            // Perhaps for this name only: a stranger who finds such a one must not keep the others from being asked about.
            default: return .unreadable("it answered with status \(response.status.code)")
            }
        } catch {
            return .away("it cannot be reached (\(type(of: error)))")
        }
    }
}

/// Where the licence server is, instead of the built-in licence table.
public struct LicenceServerAccess: Sendable {
    /// Without a slash at the end.
    public var baseURL: String
    public var token: Secret
    /// For one answer.
    public var limit: Duration

    public init(baseURL: String, token: Secret, limit: Duration = .seconds(3)) {
        self.baseURL = baseURL
        self.token = token
        self.limit = limit
    }
}
