import PhoneNumbers
import Routing

extension RoutingAnswer {
    /// The word for it in the portal's protocol.
    var command: String {
        switch self {
        case .wait: "wait"
        case .queue: "queue"
        case .pstn: "pstn"
        case .voicemail: "voicemail"
        case .hungup: "hungup"
        }
    }

    /// The answer with its fields in the protocol's order, identifiers as texts.
    var json: JSONValue {
        func text(_ employee: EmployeeID?) -> JSONValue { .text(employee?.description ?? "") }
        return switch self {
        case .wait(let type, let employee, let havePhone):
            [
                "COMMAND": "wait", "TYPE_CONNECT": .text(type.rawValue), "USER_ID": text(employee),
                "USER_HAVE_PHONE": havePhone ? "Y" : "N",
            ]
        case .queue, .hungup: ["COMMAND": .text(command)]
        case .pstn(let number, let employee):
            ["COMMAND": "pstn", "PHONE_NUMBER": .text(number.digits), "USER_ID": text(employee)]
        case .voicemail(let employee): ["COMMAND": "voicemail", "USER_ID": text(employee)]
        }
    }
}

extension RoutingDecision {
    /// The decision as it is kept and shown to the operator.
    func json(at moment: Moment) -> JSONValue {
        [
            "at": .integer(moment.milliseconds), "answer": answer.json, "steps": .list(steps.map(\.json)),
            "explanation": .list(explanation.map { ["code": .text($0.code.rawValue), "text": .text($0.text)] }),
        ]
    }
}
