/// The tones that a caller hears while a call is set up, as tone scripts.
public enum ProgressTone {
    /// Ringback of North America: 440 and 480 Hz, 2 s on, 4 s off.
    public static let ringbackUS = "440@-19,480@-19;*(2/4/1+2)"
    /// Ringback of Russia and Europe: 425 Hz, 1 s on, 4 s off; played in a loop.
    public static let ringbackRU = "425@-19;5(1/4/1)"
    /// Busy tone of North America.
    public static let busyUS = "480@-19,620@-19;10(.5/.5/1+2)"
    /// Busy tone of Russia.
    public static let busyRU = "425@-19;10(.35/.35/1)"
    /// All lines in use, North America.
    public static let congestionUS = "480@-19,620@-19;10(.25/.25/1+2)"
    /// Dial tone of North America.
    public static let dialUS = "350@-19,440@-19;10(*/0/1+2)"
    /// The three rising beeps before an announcement (ITU-T E.180).
    public static let specialInformation = "985@-16,1428@-16,1777@-16;20(.380/0/1,.380/0/2,.380/0/3,0/4/0)"

    /// The ringback that `playProgressTone` plays for a country; nil for one other than `US` and `RU`.
    public static func ringback(country: String) -> String? {
        switch country.uppercased() {
        case "US": ringbackUS
        case "RU": ringbackRU
        default: nil
        }
    }
}
