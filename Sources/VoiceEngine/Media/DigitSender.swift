import Media

/// Digits on their way to a far end: telephone events, or tones where it takes none.
enum DigitSender {
    case events(TelephoneEventSender)
    case tones(InBandDigitGenerator)

    /// The way that the far end understands; nil when memory is short.
    init?(takesEvents: Bool) {
        if takesEvents {
            self = .events(TelephoneEventSender())
        } else {
            guard let generator = InBandDigitGenerator() else { return nil }
            self = .tones(generator)
        }
    }

    mutating func send(_ digits: DialString) {
        switch self {
        case .events(var sender):
            sender.send(digits)
            self = .events(sender)
        case .tones(let generator):
            generator.send(digits)
        }
    }

    var isBusy: Bool {
        switch self {
        case .events(let sender): sender.isBusy
        case .tones(let generator): generator.isBusy
        }
    }
}
