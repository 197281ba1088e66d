import Billing
import Digests
import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import Controller

@Suite struct ServiceKeyTests {
    /// As the platform's panel gives it, or as an answer of `CreateKey`.
    static func file(_ pair: RSAKeyPair, isWrapped: Bool = false) -> Data {
        let file: JSONValue = [
            "account_email": "owner@example.com", "account_id": 1, "key_id": "f0e1d2c3",
            "private_key": .text(pair.privatePEM),
        ]
        return Data((isWrapped ? ["result": file] : file).encoded.utf8)
    }

    private final class Clock: Sendable {
        private let seconds = Mutex<Int64>(1_000_000)
        var now: Moment { Moment(milliseconds: seconds.withLock { $0 } * 1000) }
        func advance(_ by: Int64) { seconds.withLock { $0 += by } }
    }

    @Test("A token names key and account, lives ten minutes, and is used until a minute before its end")
    func token() throws {
        let pair = try RSAKeyPair.generate()
        let clock = Clock()
        let tokens = ServiceTokens(
            keys: [.rub: try #require(ServiceKey(json: Self.file(pair, isWrapped: true)))], now: { clock.now })
        let text = try tokens.token(for: 1001, master: .rub, "GetUsers")
        let token = try #require(SignedToken("Bearer \(text)", key: pair.publicKey))
        #expect(token.header["alg"] == "RS256")
        #expect(token.header["kid"] == "f0e1d2c3")
        #expect(token.claims["iss"] == 1001)
        #expect(token.claims["iat"] == 999_995)
        #expect(token.claims["exp"] == 1_000_595)
        clock.advance(534)
        #expect(try tokens.token(for: 1001, master: .rub, "GetUsers") == text)
        #expect(try tokens.token(for: 1, master: .rub, "GetUsers") != text)
        clock.advance(1)
        let next = try tokens.token(for: 1001, master: .rub, "GetUsers")
        #expect(SignedToken("Bearer \(next)", key: pair.publicKey)?.claims["exp"] == 1_001_130)
        let stranger = try RSAKeyPair.generate()
        #expect(SignedToken("Bearer \(next)", key: stranger.publicKey) == nil)
    }

    @Test("A master without a key sends nothing, and says what is missing")
    func noKey() async throws {
        let platform = FakePlatform()
        try await platform.serve { client in
            let error = await #expect(throws: ManagementError.self) {
                _ = try await client([:]).accountInfo(.init(accountID: 7, proof: .master(.eur)))
            }
            #expect(error?.description.contains("no service key of the master account for EUR") == true)
            #expect(error?.isPassing == false)
        }
        #expect(platform.state.withLock { $0.commands.isEmpty })
    }

    @Test("A portal's whole first contact goes by tokens, and its account is found again after a restart")
    func firstContact() async throws {
        let pair = try RSAKeyPair.generate()
        let folder = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var setting = World.Setting()
        setting.databasePath = folder + "/controller.sqlite"
        setting.platform = FakePlatform(serviceKey: pair.publicKey)
        setting.serviceKey = ServiceKey(json: Self.file(pair))
        setting.platform.fail("AddAccount", .loseAnswer)
        try await World.run(setting) { world async throws in
            // The first answer was lost: the account exists, and the next request finds it.
            #expect(try await world.command("GetUser", ["USER_ID": 67]).code == "PLATFORM_UNAVAILABLE")
            #expect(try await world.command("GetUser", ["USER_ID": 67]).status == 200)
        }
        try await World.run(setting) { world async throws in
            #expect(try await world.command("GetUser", ["USER_ID": 68]).status == 200)
        }
        let commands = setting.platform.state.withLock { $0.commands }
        let child = setting.platform.state.withLock { $0.accounts.values.first }
        for command in commands {
            let header = try #require(command.head.headerFields[.authorization], "\(command.method)")
            let account = SignedToken(header, key: pair.publicKey)?.account
            let isMasters = ["AddAccount", "GetChildrenAccounts", "GetCallHistory"].contains(command.method)
            #expect(account == (isMasters ? 1 : child), "\(command.method)")
        }
        #expect(setting.platform.state.withLock { $0.accounts.count } == 1)
    }

    @Test("A command that the platform puts off is sent again, also one that may run once only")
    func later() async throws {
        let platform = FakePlatform()
        for code in [340, 416] { platform.fail("AddAccount", .refuse(code: Int64(code))) }
        platform.fail("AddApplication", .refuse(code: 2))
        platform.fail("GetApplications", .refuse(code: 2))
        try await platform.serve { client in
            let client = client([:])
            let account = try await client.addAccount(
                name: "p-demo-0123456789", email: "p@portals.invalid", password: PasswordGenerator.password(),
                parent: .init(accountID: 1, apiKey: Secret(World.masterKey)))
            #expect(platform.count("AddAccount") == 3)
            // Trouble inside the platform says nothing of what has run: only a look may be repeated.
            await #expect(throws: ManagementError.self) { try await client.addApplication(name: "desk", account) }
            #expect(platform.count("AddApplication") == 1)
            #expect(try await client.findApplication(name: "desk", account) == nil)
            #expect(platform.count("GetApplications") == 2)
        }
    }

    @Test("A key file that others may read, or that is none, is refused with the remedy")
    func files() throws {
        let pair = try RSAKeyPair.generate()
        let path = FileManager.default.temporaryDirectory.appending(path: "key-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(throws: ServiceKeyError.unreadable(path: path)) { try ServiceKey(contentsOfFile: path) }
        func write(_ data: Data, _ permissions: Int) {
            _ = FileManager.default.createFile(
                atPath: path, contents: data, attributes: [.posixPermissions: permissions])
        }
        write(Self.file(pair), 0o640)
        #expect(throws: ServiceKeyError.tooOpen(path: path, permissions: 0o640)) {
            try ServiceKey(contentsOfFile: path)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path)
        let key = try ServiceKey(contentsOfFile: path)
        #expect(key.accountID == 1 && key.id == "f0e1d2c3")
        #expect(!String(reflecting: key).contains("PRIVATE"))
        try FileManager.default.removeItem(atPath: path)
        for text in ["", "{}", #"{"account_id":1,"key_id":"a","private_key":"b"}"#] {
            write(Data(text.utf8), 0o600)
            #expect(throws: ServiceKeyError.malformed(path: path)) { try ServiceKey(contentsOfFile: path) }
            try FileManager.default.removeItem(atPath: path)
        }
    }
}
