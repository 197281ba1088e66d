import SIP
import Testing

@testable import VoiceEngine

/// What a caller is told whose call the platform does not take.
@Suite struct RefusalTests {
    @Test(arguments: [(503, "10"), (403, nil), (402, nil), (404, nil)])
    func aRefusalReachesTheCallerAndABusyPlatformSaysWhenToTryAgain(status: Int, delay: String?) async throws {
        try await EngineStage.run { stage in
            stage.verdict = .rejected(status: status, reason: "no")
            let anna = try await stage.phone("anna")
            let call = try await anna.call("boris")
            guard case .failed(let failure) = try await anna.next("failed", of: call) else { return }
            #expect(failure.status == status)
            #expect(failure.headers.first(.retryAfter) == delay)
        }
    }
}
