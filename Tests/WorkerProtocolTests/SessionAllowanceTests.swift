import Testing
import WorkerProtocol

struct SessionAllowanceTests {
    @Test func anAllowanceTravels() {
        let allowance = SessionAllowance(callbackMilliseconds: 1_000, bytes: 5 << 30)
        #expect(allowance.payload == [0, 0, 3, 232, 0, 0, 0, 1, 64, 0, 0, 0])
        #expect(SessionAllowance(payload: allowance.payload) == allowance)
    }

    @Test(arguments: [0, 11, 13]) func otherPayloadsAreNone(count: Int) {
        #expect(SessionAllowance(payload: [UInt8](repeating: 1, count: count)) == nil)
    }
}
