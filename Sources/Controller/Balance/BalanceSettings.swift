import Billing

/// How a portal wants to be warned.
struct BalanceSettings: Sendable, Equatable {
    var warning: WarningSettings
    /// Of the account's clock.
    var offset: ClockOffset

    var currency: Currency { warning.common.currency }

    /// Those of a portal that has set nothing.
    ///
    /// - Parameter common: The threshold of the account's currency.
    init(common: Money) {
        warning = WarningSettings(common: common)
        offset = Self.standardOffset(common.currency)
    }

    /// The clock where most accounts of a currency are.
    private static func standardOffset(_ currency: Currency) -> ClockOffset {
        let hours: Int64 =
            switch currency {
            case .rub: 3
            case .uah: 2
            case .eur: 1
            case .usd: -5
            }
        return ClockOffset(seconds: hours * 3600) ?? .utc
    }
}

/// The settings as portals send and get them.
extension BalanceSettings {
    private static let names: Set<String> = [
        "MODE", "COMMON", "FLOOR", "CAP", "LEAD_HOURS", "LEARN_LEAD", "SAFETY", "UTC_MINUTES",
    ]

    /// What is left of `self` after the fields of a request; those that are missing stay.
    ///
    /// - Throws: `ControllerError` with `settingsInvalid` that names the field and what it takes.
    func changed(by json: JSONValue) throws(ControllerError) -> BalanceSettings {
        guard case .object(let fields) = json else { throw Self.invalid("the body", "an object") }
        for field in fields where !Self.names.contains(field.name) {
            throw Self.invalid(field.name, "nothing: there is no such setting")
        }
        var new = self
        if let mode = json["MODE"] {
            guard let known = mode.string.flatMap(WarningSettings.Mode.init(rawValue:)) else {
                throw Self.invalid("MODE", WarningSettings.Mode.allCases.map(\.rawValue).joined(separator: ", "))
            }
            new.warning.mode = known
        }
        new.warning.common = try amount("COMMON", json) ?? new.warning.common
        new.warning.floor = try amount("FLOOR", json) ?? new.warning.floor
        new.warning.cap = try amount("CAP", json) ?? new.warning.cap
        guard new.warning.floor.millionths <= new.warning.cap.millionths else {
            throw Self.invalid("FLOOR", "an amount that is not above CAP")
        }
        try new.takeTimes(json)
        return new
    }

    private mutating func takeTimes(_ json: JSONValue) throws(ControllerError) {
        if let lead = json["LEAD_HOURS"] {
            guard let time = lead.int64.flatMap({ LeadTime(hours: Int(clamping: $0)) }) else {
                throw Self.invalid("LEAD_HOURS", "1 to 720")
            }
            warning.lead = time
        }
        if let learns = json["LEARN_LEAD"] {
            guard learns == "Y" || learns == "N" else { throw Self.invalid("LEARN_LEAD", "Y or N") }
            warning.learnsLead = learns == "Y"
        }
        if let safety = json["SAFETY"] {
            guard let known = safety.int64.flatMap({ Safety(perMille: Int(clamping: $0)) }) else {
                throw Self.invalid("SAFETY", "500 to 999, thousandths")
            }
            warning.safety = known
        }
        if let minutes = json["UTC_MINUTES"] {
            guard let value = minutes.int64, (-840...840).contains(value), let clock = ClockOffset(seconds: value * 60)
            else { throw Self.invalid("UTC_MINUTES", "-840 to 840") }
            offset = clock
        }
    }

    private func amount(_ name: String, _ json: JSONValue) throws(ControllerError) -> Money? {
        guard let value = json[name] else { return nil }
        guard let text = value.string, let money = try? Money(text, currency), !money.isNegative else {
            throw Self.invalid(name, "an amount such as 300 or 12.50, not negative")
        }
        return money
    }

    private static func invalid(_ name: String, _ expected: String) -> ControllerError {
        // The name of a field that nobody knows comes from outside: it is cut.
        ControllerError(.settingsInvalid, "\(name.prefix(40)) takes \(expected)")
    }

    var json: JSONValue {
        [
            "MODE": .text(warning.mode.rawValue), "COMMON": .text(warning.common.decimalText),
            "FLOOR": .text(warning.floor.decimalText), "CAP": .text(warning.cap.decimalText),
            "LEAD_HOURS": .integer(Int64(warning.lead.hours)), "LEARN_LEAD": .text(warning.learnsLead ? "Y" : "N"),
            "SAFETY": .integer(Int64(warning.safety.perMille)), "UTC_MINUTES": .integer(offset.seconds / 60),
        ]
    }
}
