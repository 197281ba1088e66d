import Testing

@testable import ScenarioTesting

struct SpokenTimeTests {
    @Test(arguments: [
        ("3s", Int64(3000)), ("500ms", 500), ("2m", 120_000), ("1h", 3_600_000), ("1m30s", 90_000), ("2.5", 2500),
        ("0", 0),
    ]) func timesAreRead(text: String, milliseconds: Int64) {
        #expect(SpokenTime(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: ["", "s", "3 s", "-1", "3x", "25h", "1e9"]) func otherTextsAreRefused(text: String) {
        #expect(SpokenTime(text) == nil)
    }
}
