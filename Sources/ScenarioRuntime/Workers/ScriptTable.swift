/// The scenario texts that a worker holds, each under a number; the oldest are forgotten.
struct ScriptTable {
    private var numbers: [ScenarioSource: UInt32] = [:]
    private var order: [ScenarioSource] = []
    private var last: UInt32 = 0
    private static let capacity = 64

    struct Entry: Equatable {
        let number: UInt32
        let isNew: Bool
        let forgotten: [UInt32]
    }

    /// The number of a text, given out at its first use.
    mutating func entry(of scenario: ScenarioSource) -> Entry {
        if let number = numbers[scenario] { return Entry(number: number, isNew: false, forgotten: []) }
        last += 1
        numbers[scenario] = last
        order.append(scenario)
        var forgotten: [UInt32] = []
        // The first text is the API itself and stays.
        while order.count > Self.capacity {
            if let number = numbers.removeValue(forKey: order.remove(at: 1)) { forgotten.append(number) }
        }
        return Entry(number: last, isNew: true, forgotten: forgotten)
    }
}
