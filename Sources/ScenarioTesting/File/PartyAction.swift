/// Something that a caller or an employee does.
public enum PartyAction: Sendable, Equatable {
    case ring
    case answer
    case hangUp
    /// Refuses the call with a SIP status.
    case refuse(code: Int)
    /// Presses keys.
    case dial(String)
    case hold, resume
    /// Sends a text in the call.
    case message(String)
    /// The sound of an answering machine's beep; speech; silence.
    case beep, speak, fallSilent
    /// Asks for the call to be connected to somebody else.
    case transfer(to: String)

    /// Reads `answers`, `dials 101#`, `hangs up` and the like; nil when the words mean nothing.
    init?(words: String) {
        switch words {
        case "rings": self = .ring
        case "answers": self = .answer
        case "hangs up": self = .hangUp
        case "busy", "is busy": self = .refuse(code: 486)
        case "refuses": self = .refuse(code: 603)
        case "offline", "is offline": self = .refuse(code: 480)
        case "holds": self = .hold
        case "resumes": self = .resume
        case "beeps": self = .beep
        case "speaks": self = .speak
        case "falls silent": self = .fallSilent
        default:
            guard let space = words.firstIndex(of: " ") else { return nil }
            let rest = String(words[words.index(after: space)...])
            switch words[..<space] {
            case "dials" where !rest.isEmpty && rest.allSatisfy { "0123456789*#".contains($0) }: self = .dial(rest)
            case "sends": self = .message(rest)
            case "fails":
                guard let code = Int(rest), (300...699).contains(code) else { return nil }
                self = .refuse(code: code)
            case "transfers" where rest.hasPrefix("to "): self = .transfer(to: String(rest.dropFirst(3)))
            default: return nil
            }
        }
    }
}

/// What somebody does, one thing after another.
public struct Behaviour: Sendable, Equatable {
    public struct Step: Sendable, Equatable {
        /// Time since the step before; since the beginning of the call for the first.
        public var pause: SpokenTime
        public var action: PartyAction
    }
    public var steps: [Step]

    /// Somebody who waits.
    static let nothing = Behaviour(steps: [])

    private init(steps: [Step]) { self.steps = steps }

    /// Reads `rings after 1s, answers after 3s, hangs up after 20s`.
    ///
    /// Parts are separated by commas; `never answers` alone is the empty list. Nil when a part cannot be understood.
    init?(_ text: String) {
        steps = []
        let text = text.trimmed
        if ["", "nothing", "never answers", "stays"].contains(text) { return }
        for part in text.split(separator: ",") {
            let words = String(part).trimmed
            var (action, pause) = (words, SpokenTime(milliseconds: 0))
            if let range = words.range(ofLast: " after ") {
                guard let time = SpokenTime(String(words[range.upperBound...]).trimmed) else { return nil }
                (action, pause) = (String(words[..<range.lowerBound]).trimmed, time)
            }
            guard let read = PartyAction(words: action) else { return nil }
            steps.append(Step(pause: pause, action: read))
        }
    }
}

extension String {
    /// Without blanks around.
    var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// The last place of a text.
    func range(ofLast text: String) -> Range<String.Index>? {
        var index = endIndex
        while true {
            if self[index...].hasPrefix(text) { return index..<self.index(index, offsetBy: text.count) }
            guard index > startIndex else { return nil }
            index = self.index(before: index)
        }
    }
}
