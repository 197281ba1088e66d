import NIOCore
import Testing

@testable import VoiceEngine

@Suite struct PresenceTests {
    @Test func `a user comes with his first phone and goes with his last`() async throws {
        try await EngineStage.run { stage in
            let told = StageJournal<String>()
            let engine = stage.engine
            try await stage.eventLoop.submit {
                engine.onPresence = { told.add("\($0.username): \(engine.phoneCount(of: $0))") }
            }.get()
            for user in ["anna", "anna", "boris"] { _ = try await stage.phone(user) }
            let anna = UserAddress(username: "anna", domain: EngineStage.domain)
            try await stage.eventLoop.submit {
                engine.endRegistrations(of: anna)
                engine.endRegistrations(of: anna)
            }.get()
            #expect(told.all == ["anna: 1", "boris: 1", "anna: 0"])
        }
    }
}
