import Foundation
import Storage
import Testing

@testable import Digests
@testable import VoicePlatform

@Suite struct ServiceAccountTests {
    @Test func `a key is told once, works until it is deleted, and is listed with its roles`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let made = try await tenant.call(
                "CreateKey", ["key_name": "integration", "role_name": "Developer;Support"])
            let key = made["result"]
            #expect(key["account_email"].string == "tenant-one@tenant.test")
            #expect(key["account_id"].number == tenant.id)
            let id = try key.text("key_id")
            let pem = try key.text("private_key")
            let listed = try await tenant.call("GetKeys", ["with_roles": "true"])
            #expect(listed["total_count"].number == 1)
            #expect(listed["result"][0]["key_name"].string == "integration")
            #expect(
                listed["result"][0]["roles"].items.compactMap { $0["role_name"].string } == ["Developer", "Support"])
            #expect(!"\(listed)".contains("PRIVATE KEY"))
            let pair = RSAKeyPair(privatePEM: pem, publicKey: try #require(try await publicKey(id, platform)))
            let service = ServiceAccount(platform: platform, account: tenant.id, keyID: id, pair: pair)
            #expect(try await service.call("GetApplications")["count"].number == 0)
            try await tenant.call("UpdateKey", ["key_id": id, "key_name": "renamed"])
            #expect(try await tenant.call("GetKeys", ["key_id": id])["result"][0]["key_name"].string == "renamed")
            #expect(try await tenant.call("DeleteKey", ["key_id": id])["result"].number == 1)
            #expect(try await service.call("GetApplications").errorCode == 100)
            #expect(try await tenant.call("DeleteKey", ["key_id": id]).errorField == "key_id")
        }
    }

    private func publicKey(_ id: String, _ platform: TestPlatform) async throws -> RSAPublicKey? {
        try await platform.core.database.read {
            try ServiceKeyStore(transaction: $0).find(ServiceKeyID(rawValue: id))?.publicKey
        }
    }

    @Test func `roles decide what a key may do, and only owners give away ownership`() async throws {
        let pair = try RSAKeyPair.generate()
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let support = try await ServiceAccount.make(tenant, roles: [.support], pair: pair)
            #expect(try await support.call("GetAccountInfo")["result"]["account_id"].number == tenant.id)
            let dates = ["from_date": "2020-01-01", "to_date": "2030-01-01"]
            #expect(try await support.call("GetCallHistory", dates)["count"].number == 0)
            #expect(try await support.call("AddApplication", ["application_name": "x1"]).errorCode == 104)
            #expect(try await support.call("GetTransactionHistory", dates).errorCode == 104)
            let given = ["key_id": support.keyID, "role_name": "Accountant"]
            #expect(try await tenant.call("SetKeyRoles", given)["result"].number == 1)
            #expect(try await support.call("GetTransactionHistory", dates)["count"].number == 0)
            #expect(try await tenant.call("RemoveKeyRoles", given)["result"].number == 1)
            #expect(try await support.call("GetTransactionHistory", dates).errorCode == 104)
            let admin = try await ServiceAccount.make(tenant, roles: [.admin], pair: pair)
            let rise = ["key_id": admin.keyID, "role_name": "Owner"]
            #expect(try await admin.call("SetKeyRoles", rise).errorCode == 104)
            #expect(try await admin.call("CreateKey", ["role_id": "1"]).errorCode == 104)
            #expect(try await admin.call("CreateKey").errorCode == 104)
            let owner = try await ServiceAccount.make(tenant, pair: pair)
            #expect(try await admin.call("DeleteKey", ["key_id": owner.keyID]).errorCode == 104)
            #expect(try await admin.call("DeleteKey", ["key_id": support.keyID])["result"].number == 1)
            #expect(try await tenant.call("SetKeyRoles", ["key_id": admin.keyID]).errorCode == 134)
            #expect(try await tenant.call("CreateKey", ["role_name": "King"]).errorField == "role_name")
            let roles = try await tenant.call("GetKeyRoles", ["key_id": admin.keyID])
            #expect(roles["result"].items.compactMap { $0["role_name"].string } == ["Admin"])
            #expect(try await tenant.call("GetRoles")["result"].items.count == AccountRole.allCases.count)
        }
    }

    @Test func `a parent's key acts for a child, no other's does`() async throws {
        let pair = try RSAKeyPair.generate()
        try await TestPlatform.run { platform in
            let one = try await platform.child("tenant-one")
            let two = try await platform.child("tenant-two")
            let master = try await platform.master
            let parent = try await ServiceAccount.make(master, pair: pair)
            let child = try await ServiceAccount.make(one, pair: pair)
            for issuer in ["\(one.id)", "\"\(one.id)\""] {
                var claims = parent.claims
                claims.issuer = issuer
                let info = try await parent.call("GetAccountInfo", token: try parent.token(claims))
                #expect(info["result"]["account_name"].string == "tenant-one")
            }
            let named = try await parent.call("GetAccountInfo", ["account_name": "tenant-two"])
            #expect(named["result"]["account_id"].number == two.id)
            for fields in [["account_id": "\(two.id)"], ["account_name": "operator-eur"], ["account_id": "99"]] {
                #expect(try await child.call("GetAccountInfo", fields).errorCode == 100)
            }
            var claims = child.claims
            for issuer in [two.id, master.id, 4711] {
                claims.issuer = "\(issuer)"
                #expect(try await child.call("GetAccountInfo", token: try child.token(claims)).errorCode == 100)
            }
            let added = try await parent.call(
                "AddAccount",
                [
                    "account_name": "company-one", "account_email": "one@company.test",
                    "account_password": "Secret-123", "active": "true",
                ])
            let key = try added.text("api_key")
            let probe = ["account_name": "company-one", "api_key": key]
            #expect(try await platform.call("GetAccountInfo", probe)["result"]["currency"].string == "EUR")
        }
    }

    @Test func `a token that is wrong is refused with the code of its fault`() async throws {
        let pair = try RSAKeyPair.generate()
        let time = ManualTime(UnixTime(seconds: 1_800_000_000))
        try await TestPlatform.run(clock: { time.now }) { platform in
            let service = try await ServiceAccount.make(try await platform.child("tenant-one"), pair: pair)
            func code(_ change: (inout ServiceAccount.Claims) -> Void) async throws -> Int? {
                var claims = service.claims
                claims.issued = time.now.seconds
                change(&claims)
                return try await service.call("GetAccountInfo", token: try service.token(claims)).errorCode
            }
            #expect(try await code { _ in } == nil)
            #expect(try await code { $0.lifetime = 3600 } == nil)
            #expect(try await code { $0.lifetime = 3601 } == 454)
            #expect(try await code { $0.issued += 31 } == 455)
            #expect(try await code { $0.issued -= 60 } == 456)
            #expect(
                try await code {
                    $0.issued = .max - 10; $0.lifetime = 5
                } == 455)
            #expect(try await code { $0.algorithm = "none" } == 447)
            #expect(try await code { $0.algorithm = "HS256" } == 447)
            #expect(try await code { $0.issuer = "null" } == 447)
            #expect(try await code { $0.keyID = "00000000-0000-0000-0000-000000000000" } == 100)
            let token = try service.token()
            for broken in ["", "a.b", "a.b.c", token + ".x", String(repeating: "a", count: 5000)] {
                let answer = try await service.call("GetAccountInfo", token: broken)
                #expect(answer.errorCode == (broken.isEmpty ? 100 : 447), "\(broken.prefix(10))")
            }
            let unsigned = token.split(separator: ".").prefix(2).joined(separator: ".") + "."
            #expect(try await service.call("GetAccountInfo", token: unsigned).errorCode == 100)
            let master = try await platform.master
            try await master.call("SetChildAccountInfo", ["child_account_id": "\(service.account)", "active": "false"])
            #expect(try await code { _ in } == 131)
        }
    }

    @Test func `an account that sends too many requests is slowed, others are not`() async throws {
        let time = ManualTime(UnixTime(seconds: 1_800_000_000))
        try await TestPlatform.run(
            {
                $0.limits.requestBurst = 5
                $0.limits.requestsPerSecond = 2
            }, clock: { time.now }
        ) { platform in
            let one = try await platform.child("tenant-one")
            let two = try await platform.child("tenant-two")
            for _ in 0..<5 { #expect(try await one.call("GetRoles").errorCode == nil) }
            #expect(try await one.call("GetRoles").errorCode == 340)
            #expect(try await two.call("GetRoles").errorCode == nil)
            let stranger = Tenant(platform: platform, id: two.id, key: one.key, name: two.name)
            for _ in 0..<9 { #expect(try await stranger.call("GetRoles").errorCode == 100) }
            #expect(try await two.call("GetRoles").errorCode == nil)
            time.now = UnixTime(seconds: time.now.seconds + 1)
            for _ in 0..<2 { #expect(try await one.call("GetRoles").errorCode == nil) }
            #expect(try await one.call("GetRoles").errorCode == 340)
        }
    }
}
