import CallControl
import Digests
import Foundation
import Storage

@testable import VoicePlatform

/// The holder of a service account's key, as a client of the API.
struct ServiceAccount: Sendable {
    let platform: TestPlatform
    let account: Int
    let keyID: String
    let pair: RSAKeyPair

    /// A key that is put into the database, which is faster than asking the API for one.
    static func make(_ tenant: Tenant, roles: Set<AccountRole> = [.owner], pair: RSAKeyPair) async throws -> Self {
        let id = ServiceKeyID(rawValue: RandomToken.uuid())
        let key = ServiceKey(
            id: id, accountID: .init(rawValue: Int64(tenant.id)), name: nil, description: nil,
            publicKey: pair.publicKey, roles: roles)
        try await tenant.platform.core.database.write {
            try ServiceKeyStore(transaction: $0).insert(key, at: .now())
        }
        return ServiceAccount(platform: tenant.platform, account: tenant.id, keyID: id.rawValue, pair: pair)
    }

    /// What a token says; each part can be made wrong.
    struct Claims: Sendable {
        var issuer: String
        var issued: Int64 = UnixTime.now().seconds - 5
        var lifetime: Int64 = 60
        var algorithm = "RS256"
        var keyID: String
    }

    var claims: Claims { Claims(issuer: "\(account)", keyID: keyID) }

    func token(_ claims: Claims? = nil) throws -> String {
        let claims = claims ?? self.claims
        let header = #"{"typ":"JWT","alg":"\#(claims.algorithm)","kid":"\#(claims.keyID)"}"#
        let body = #"{"iss":\#(claims.issuer),"iat":\#(claims.issued),"exp":\#(claims.issued + claims.lifetime)}"#
        let text = "\(Self.base64(Data(header.utf8))).\(Self.base64(Data(body.utf8)))"
        return "\(text).\(Self.base64(Data(try pair.signature(of: text.utf8))))"
    }

    static func base64(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Calls a method with a token; the account stands in no parameter.
    @discardableResult
    func call(_ method: String, _ fields: [String: String] = [:], token: String? = nil) async throws -> Answer {
        try await platform.call(method, fields, bearer: try token ?? self.token())
    }
}
