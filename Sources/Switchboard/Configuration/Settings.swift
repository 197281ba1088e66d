/// The settings of one start, complete: each key of the catalogue has a value of its kind.
struct Settings: Sendable {
    enum Value: Sendable, Equatable {
        case text(String)
        case integer(Int)
        case boolean(Bool)
        case list([String])
    }

    private var values: [String: Value]

    init(values: [String: Value]) { self.values = values }

    func text(_ name: String) -> String {
        if case .text(let value) = values[name] { return value }
        preconditionFailure("\(name) is not a text in the catalogue")
    }

    func integer(_ name: String) -> Int {
        if case .integer(let value) = values[name] { return value }
        preconditionFailure("\(name) is not a whole number in the catalogue")
    }

    func boolean(_ name: String) -> Bool {
        if case .boolean(let value) = values[name] { return value }
        preconditionFailure("\(name) is not true or false in the catalogue")
    }

    func list(_ name: String) -> [String] {
        if case .list(let value) = values[name] { return value }
        preconditionFailure("\(name) is not a list in the catalogue")
    }

    /// The same settings with one value replaced; used by the demo, which chooses free ports.
    func replacing(_ name: String, _ value: Value) -> Settings {
        precondition(values[name] != nil, "\(name) is not in the catalogue")
        var copy = self
        copy.values[name] = value
        return copy
    }
}
