/// A button of the employee's call card, and what the controller tells the scenario for it.
enum CallButton: String, Sendable, CaseIterable {
    /// Not a button to press: a browser shows the call.
    case received
    case answer
    /// The browser's telephone can take the call.
    case ready
    case skip
    case hold
    case unhold

    /// The command for the scenario.
    var command: String {
        switch self {
        case .received, .answer: "wait"
        case .ready: "user"
        case .skip: "queue"
        case .hold: "hold"
        case .unhold: "unhold"
        }
    }

    /// The body of the controller's `CallCommand`.
    func body(call: CallID, employee: EmployeeID) -> JSONValue {
        var fields: [String: JSONValue] = [
            "CALL_ID": .text(call.rawValue), "COMMAND": .text(command), "OPERATOR_ID": .text(employee.description),
        ]
        if self == .ready { fields["USER_ID"] = .integer(employee.rawValue) }
        return .object(fields)
    }
}
