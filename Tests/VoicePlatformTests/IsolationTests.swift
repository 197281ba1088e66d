import Digests
import Hummingbird
import Testing

@testable import VoicePlatform

/// One after another: together they send thousands of requests, and tests that measure time run beside them.
@Suite(.serialized) struct IsolationTests {
    /// Ways to come without the right key.
    enum Credentials: String, CaseIterable {
        case none
        case noKey
        case wrongKey
        case keyOfAnother
        case unknownAccount
        case twoNames

        func fields(prefix: String, mine: Tenant, other: Tenant) -> [String: String] {
            let key = prefix.isEmpty ? "api_key" : "parent_account_api_key"
            let account = prefix.isEmpty ? "account" : "parent_account"
            switch self {
            case .none: return [:]
            case .noKey: return ["\(account)_id": "\(mine.id)"]
            case .wrongKey: return ["\(account)_id": "\(mine.id)", key: "00000000-0000-0000-0000-000000000000"]
            case .keyOfAnother: return ["\(account)_id": "\(mine.id)", key: other.key]
            case .unknownAccount: return ["\(account)_id": "999999", key: mine.key]
            case .twoNames: return ["\(account)_id": "\(mine.id)", "\(account)_name": mine.name, key: mine.key]
            }
        }
    }

    @Test func `the table has a request for every method and for nothing else`() {
        #expect(Set(MethodTable.samples.keys) == Set(APIMethod.all.map(\.name)))
        #expect(APIMethod.all.count > 80)
    }

    @Test func `every method refuses every wrong credential with the same answer`() async throws {
        try await TestPlatform.run { platform in
            let mine = try await platform.child("tenant-one")
            let objects = try await MethodTable.makeObjects(mine, platform)
            let other = try await platform.child("tenant-two")
            for method in APIMethod.all {
                let prefix = method.access == .parent ? "parent_" : ""
                let request = try #require(MethodTable.fields(method.name, objects), "\(method.name)")
                for credentials in Credentials.allCases {
                    let fields = credentials.fields(prefix: prefix, mine: mine, other: other)
                    let answer = try await platform.call(method.name, request.merging(fields) { $1 })
                    #expect("\(answer)" == Self.refusal, "\(method.name) with \(credentials)")
                }
            }
        }
    }

    private static let refusal = #"{"error":{"code":100,"msg":"Authorization failed."}}"#

    /// Tokens that prove nothing, with the answer that every method must give.
    enum BadToken: String, CaseIterable {
        case expired
        /// Signed by a key of another account.
        case foreign
        /// Sent again after its key was deleted.
        case replayed
        case ofAnotherText

        var answer: String {
            guard self == .expired else { return IsolationTests.refusal }
            return #"{"error":{"code":456,"msg":"The token has expired."}}"#
        }
    }

    @Test func `every method refuses every wrong token with the same answer`() async throws {
        let pair = try RSAKeyPair.generate()
        let otherPair = try RSAKeyPair.generate()
        try await TestPlatform.run { platform in
            let mine = try await platform.child("tenant-one")
            let objects = try await MethodTable.makeObjects(mine, platform)
            let own = try await ServiceAccount.make(mine, pair: pair)
            let gone = try await ServiceAccount.make(mine, pair: pair)
            let spy = try await ServiceAccount.make(try await platform.child("tenant-two"), pair: otherPair)
            var tokens: [BadToken: String] = [.replayed: try gone.token()]
            #expect(try await gone.call("GetRoles").errorCode == nil)
            try await mine.call("DeleteKey", ["key_id": gone.keyID])
            var claims = own.claims
            claims.issued -= 600
            tokens[.expired] = try own.token(claims)
            claims = spy.claims
            claims.issuer = "\(mine.id)"
            tokens[.foreign] = try spy.token(claims)
            claims.keyID = own.keyID
            tokens[.ofAnotherText] = try spy.token(claims)
            for method in APIMethod.all {
                let request = try #require(MethodTable.fields(method.name, objects), "\(method.name)")
                for (kind, token) in tokens {
                    let answer = try await platform.call(method.name, request, bearer: token)
                    #expect("\(answer)" == kind.answer, "\(method.name) with \(kind)")
                }
            }
        }
    }

    @Test func `every method refuses every role that it does not name`() async throws {
        let pair = try RSAKeyPair.generate()
        try await TestPlatform.run { platform in
            let mine = try await platform.child("tenant-one")
            let objects = try await MethodTable.makeObjects(mine, platform)
            var services: [AccountRole: ServiceAccount] = [:]
            for role in AccountRole.allCases {
                services[role] = try await ServiceAccount.make(mine, roles: [role], pair: pair)
            }
            var refused = 0
            for method in APIMethod.all {
                let request = try #require(MethodTable.fields(method.name, objects), "\(method.name)")
                for (role, service) in services where !method.roles.admits([role]) {
                    refused += 1
                    let answer = try await service.call(method.name, request)
                    #expect(
                        "\(answer)" == #"{"error":{"code":104,"msg":"The command is forbidden for this key."}}"#,
                        "\(method.name) for \(role)")
                }
            }
            #expect(refused > 200)
        }
    }

    @Test func `an object of another account is answered like one that does not exist`() async throws {
        try await TestPlatform.run { platform in
            let victim = try await platform.child("tenant-one")
            let objects = try await MethodTable.makeObjects(victim, platform)
            let spy = try await platform.child("tenant-two")
            _ = try await spy.furnish()
            for method in MethodTable.inOrder() where MethodTable.namesObject(method.name) {
                let foreign = try await spy.call(
                    method.name, try #require(MethodTable.fields(method.name, objects)))
                let missing = try await spy.call(
                    method.name, try #require(MethodTable.fields(method.name, MethodTable.missing)))
                #expect("\(foreign)" == "\(missing)", "\(method.name) tells a foreign object from a missing one")
                let isEmpty = foreign["total_count"].number == 0 || foreign["result"].flag == false
                #expect(foreign.errorCode != nil || isEmpty, "\(method.name) took a foreign object: \(foreign)")
                #expect(foreign.errorCode != 100, "\(method.name)")
            }
            let application = try #require(objects["application"])
            let users = try await victim.call("GetUsers", ["application_id": application])
            #expect(users["result"][0]["user_active"].flag == true)
            let scenarios = try await victim.call(
                "GetScenarios", ["scenario_id": objects["scenario"] ?? "", "with_script": "true"])
            #expect(scenarios["result"][0]["scenario_script"].string == "VoxEngine.terminate();")
        }
    }

    @Test func `lists hold the caller's objects only`() async throws {
        try await TestPlatform.run { platform in
            let victim = try await platform.child("tenant-one")
            _ = try await victim.furnish()
            _ = try await attachNumber(victim)
            let spy = try await platform.child("tenant-two")
            let dates = ["from_date": "2020-01-01", "to_date": "2100-01-01"]
            for method in ["GetApplications", "GetScenarios", "GetPhoneNumbers"] {
                #expect(try await spy.call(method)["total_count"].number == 0, "\(method)")
                #expect(try await victim.call(method)["total_count"].number == 1, "\(method)")
            }
            #expect(try await spy.call("GetTransactionHistory", dates)["total_count"].number == 0)
            #expect(try await spy.call("IsAccountPhoneNumber", ["phone_number": "74012000001"])["result"].flag == false)
        }
    }

    /// Gives the account money and a number.
    private func attachNumber(_ tenant: Tenant) async throws -> Int {
        let master = try await tenant.platform.master
        try await master.call(
            "TransferMoneyToChildAccount", ["child_account_id": "\(tenant.id)", "amount": "50"])
        let answer = try await tenant.call(
            "AttachPhoneNumber",
            [
                "country_code": "RU", "phone_category_name": "GEOGRAPHIC", "phone_region_id": "1",
                "phone_number": "74012000001",
            ])
        return try answer["phone_numbers"][0].integer("phone_id")
    }
}

/// What the server's routes give to whom; every route stands here, so that none is forgotten.
@Suite(.serialized) struct RouteIsolationTests {
    /// How a route is protected.
    private enum Guard {
        /// By the credentials of the methods, which the table of methods tests one by one.
        case methods
        /// By the account's credentials or a signature, since the file is one of secure storage.
        case file(FileAccess.Kind)
        /// By its path alone, which is the secret.
        case path
        /// By nothing; it tells nothing about anybody.
        case open
    }

    private static let routes: [String: Guard] = {
        var routes: [String: Guard] = [
            "GET /log/{log}": .file(.log), "GET /record/{record}": .file(.record), "GET /health": .open,
            "GET /ready": .open,
        ]
        for method in ["GET", "POST"] {
            routes["\(method) /platform_api"] = .methods
            routes["\(method) /platform_api/{command}"] = .methods
        }
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            routes["\(method) /request/{session}/{token}"] = .path
        }
        return routes
    }()

    @Test func `the table has every route of the server and no other`() async throws {
        try await TestPlatform.run { platform in
            let service = platform.core.httpService(hosting: platform.hosting, orders: platform.hosting.orders)
            let served = service.routes.endpoints().routes.map(\.description)
            #expect(served.sorted() == Self.routes.keys.sorted())
        }
    }

    @Test func `methods refuse wrong credentials in every form of a request`() async throws {
        try await TestPlatform.run { platform in
            let mine = try await platform.child("tenant-one")
            let other = try await platform.child("tenant-two")
            let refusal = #"{"error":{"code":100,"msg":"Authorization failed."}}"#
            for credentials in IsolationTests.Credentials.allCases {
                let fields = credentials.fields(prefix: "", mine: mine, other: other)
                let query = TestPlatform.form(fields)
                for verb in ["GET", "POST"] {
                    for path in ["/platform_api?cmd=GetAccountInfo&\(query)", "/platform_api/GetAccountInfo?\(query)"] {
                        #expect(try await platform.fetch(path, method: verb).text == refusal, "\(verb) \(credentials)")
                    }
                }
            }
        }
    }

    @Test func `files of secure storage refuse every wrong credential and token alike`() async throws {
        let (pair, otherPair) = (try RSAKeyPair.generate(), try RSAKeyPair.generate())
        try await TestPlatform.run { platform in
            let files = try await SecureFileTests.make(platform, isSecure: true)
            let (mine, other) = (files.tenant, try await platform.child("tenant-two"))
            let own = try await ServiceAccount.make(mine, pair: pair)
            let gone = try await ServiceAccount.make(mine, pair: pair)
            let spy = try await ServiceAccount.make(other, pair: otherPair)
            var tokens = [try gone.token()]
            try await mine.call("DeleteKey", ["key_id": gone.keyID])
            var claims = own.claims
            claims.issued -= 600
            tokens.append(try own.token(claims))
            claims = spy.claims
            claims.issuer = "\(mine.id)"
            tokens.append(try spy.token(claims))
            claims.keyID = own.keyID
            tokens += [try spy.token(claims), "no.token.atall", ""]
            for (route, path) in [(FileAccess.Kind.log, files.log), (.record, files.record)] {
                let bearer = ["Authorization": "Bearer \(try own.token())"]
                #expect(try await platform.fetch(path, headers: bearer).status == 200, "\(route)")
                let refusal = try await platform.fetch(path)
                #expect(refusal.status == 403)
                for credentials in IsolationTests.Credentials.allCases {
                    let query = TestPlatform.form(credentials.fields(prefix: "", mine: mine, other: other))
                    let answer = try await platform.fetch("\(path)?\(query)")
                    #expect(answer.status == 403 && answer.text == refusal.text, "\(route) with \(credentials)")
                }
                for token in tokens {
                    let answer = try await platform.fetch(path, headers: ["Authorization": "Bearer \(token)"])
                    #expect(answer.status == 403 && answer.text == refusal.text, "\(route) with \(token.prefix(20))")
                }
                let name = route == .log ? PlatformFiles.newLogName() : PlatformFiles.newRecordName()
                let missing = try await platform.fetch("/\(route.rawValue)/\(name)", headers: bearer)
                #expect(missing.status == 404)
            }
        }
    }

    @Test func `a control URL opens to its path only, whatever the credentials`() async throws {
        try await TestPlatform.run { platform in
            let mine = try await platform.child("tenant-one")
            let living = RecordingHost.livingPath
            let wrong = [
                String(living.dropLast()) + "0", living.uppercased(), living + "0", "/request/a/b", living + "/x",
            ]
            for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
                for path in wrong {
                    let query = TestPlatform.form(["account_id": "\(mine.id)", "api_key": mine.key])
                    #expect(
                        try await platform.fetch("\(path)?\(query)", method: method).status == 404, "\(method) \(path)")
                }
            }
            #expect(platform.hosting.delivered.isEmpty)
            #expect(try await platform.fetch("/health").text == "ok\n")
        }
    }
}
