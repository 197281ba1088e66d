import CallControl
import WorkerProtocol

/// The arguments of one command, read with a check at every step.
struct CommandArguments {
    let name: String
    let values: ArraySlice<ScenarioValue>

    func optional(_ index: Int) -> ScenarioValue? {
        let position = values.startIndex + index
        return position < values.endIndex ? values[position] : nil
    }

    func text(_ value: ScenarioValue?) throws(MalformedCommand) -> String {
        guard let text = value?.stringValue else { throw MalformedCommand(name: name) }
        return text
    }

    func text(_ index: Int) throws(MalformedCommand) -> String { try text(optional(index)) }

    func call(_ index: Int) throws(MalformedCommand) -> CallID { CallID(rawValue: try text(index)) }

    func unit(_ index: Int) throws(MalformedCommand) -> UnitID { UnitID(rawValue: try text(index)) }

    /// At most 16 whole numbers.
    func numbers(_ index: Int) throws(MalformedCommand) -> [Int] {
        guard let items = optional(index)?.listValue, items.count <= 16 else { throw MalformedCommand(name: name) }
        return items.compactMap(\.intValue)
    }

    /// At most 100 texts.
    func texts(_ value: ScenarioValue?) throws(MalformedCommand) -> [String] {
        guard let items = value?.listValue, items.count <= 100 else { throw MalformedCommand(name: name) }
        return items.compactMap(\.stringValue)
    }

    /// A whole number that fits 32 bits and is not negative, which all numbers of commands are.
    func number(_ index: Int) throws(MalformedCommand) -> Int {
        guard let number = optional(index)?.intValue, (0...Int(Int32.max)).contains(number) else {
            throw MalformedCommand(name: name)
        }
        return number
    }

    func flag(_ index: Int) throws(MalformedCommand) -> Bool {
        guard let flag = optional(index)?.boolValue else { throw MalformedCommand(name: name) }
        return flag
    }

    func map(_ index: Int) throws(MalformedCommand) -> [String: ScenarioValue] {
        guard let map = optional(index)?.mapValue else { throw MalformedCommand(name: name) }
        return map
    }

    func headers(_ index: Int) -> CallHeaders? { Self.headers(optional(index)) }

    /// Header fields with those left out that could not travel: names must be tokens (RFC 3261, 25.1), values one line.
    static func headers(_ value: ScenarioValue?) -> CallHeaders? {
        guard let fields = value?.mapValue else { return nil }
        var headers: CallHeaders = [:]
        for (name, field) in fields {
            guard let text = field.stringValue, isToken(name), !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
            else { continue }
            headers[name] = text
        }
        return headers
    }

    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-.!%*_+`'~".utf8.contains(byte)
                }
            }
    }

    /// `DTMFType`: 0 is all of them.
    func toneKinds(_ index: Int) throws(MalformedCommand) -> Set<DTMFKind> {
        let number = try number(index)
        if number == 0 { return Set(DTMFKind.allCases) }
        guard let kind = DTMFKind(rawValue: number) else { throw MalformedCommand(name: name) }
        return [kind]
    }
}
