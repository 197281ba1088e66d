/// One REGISTER applied to the bindings of its address, all or nothing (RFC 3261 10.3 steps 6 and 7).
struct RegistrarUpdate {
    let settings: RegistrarSettings
    private(set) var bindings: [RegistrarBinding]
    private(set) var isChanged = false
    let callID: String
    let sequence: UInt32
    let flow: SIPFlow
    let product: String?
    /// When the request came.
    let arrival: SIPInstant

    init(
        settings: RegistrarSettings, bindings: [RegistrarBinding], callID: String, sequence: UInt32, flow: SIPFlow,
        product: String?, now: SIPInstant
    ) {
        self.settings = settings
        self.bindings = bindings
        self.callID = callID
        self.sequence = sequence
        self.flow = flow
        self.product = product
        arrival = now
    }

    /// `Contact: *`, which is only lawful with `Expires: 0`.
    mutating func removeAll(expires: UInt32?) -> RegistrarAnswer? {
        guard expires == 0 else { return .refusal(400, "Contact * needs Expires 0") }
        guard bindings.allSatisfy(isNewer) else { return outOfOrder }
        isChanged = !bindings.isEmpty
        bindings = []
        return nil
    }

    /// Adds, refreshes and removes the contacts listed; none asks for the bindings only.
    mutating func apply(_ contacts: [NameAddress], expires: UInt32?) -> RegistrarAnswer? {
        guard contacts.count <= max(1, settings.contactsPerAddress) * 2 else { return .refusal(403) }
        for contact in contacts {
            if let refusal = apply(contact, seconds: contact.expires ?? expires) { return refusal }
        }
        return nil
    }

    private mutating func apply(_ contact: NameAddress, seconds: UInt32?) -> RegistrarAnswer? {
        guard contact.uri.isSIP else { return .refusal(400) }
        let minimum = settings.minimumExpiry.wholeSeconds
        let life = min(seconds ?? settings.defaultExpiry.wholeSeconds, settings.maximumExpiry.wholeSeconds)
        if let seconds, seconds > 0, seconds < minimum {
            return .refusal(423, headers: SIPHeaders([(.minExpires, "\(minimum)")]))
        }
        let fresh = binding(contact, life: life)
        let index = bindings.firstIndex { $0.matches(fresh.contact, instance: fresh.instance) }
        if let index, !isNewer(bindings[index]) { return outOfOrder }
        if life == 0 {
            guard let index else { return nil }
            bindings.remove(at: index)
            isChanged = true
            return nil
        }
        if let index {
            isChanged = isChanged || bindings[index].flow != flow || bindings[index].contact.uri != fresh.contact.uri
            bindings[index] = fresh
            return nil
        }
        return add(fresh)
    }

    private mutating func add(_ fresh: RegistrarBinding) -> RegistrarAnswer? {
        if bindings.count >= settings.contactsPerAddress {
            let oldest = bindings.indices.min { bindings[$0].registeredAt < bindings[$1].registeredAt }
            guard settings.whenFull == .replaceOldest, let oldest else { return .refusal(403, "Too Many Contacts") }
            bindings.remove(at: oldest)
        }
        bindings.append(fresh)
        isChanged = true
        return nil
    }

    private func binding(_ contact: NameAddress, life: UInt32) -> RegistrarBinding {
        var contact = contact
        contact.parameters["expires"] = nil
        return RegistrarBinding(
            contact: contact, flow: flow, callID: callID, sequence: sequence, registeredAt: arrival,
            expiresAt: arrival + .seconds(Int64(life)), product: product)
    }

    /// Whether this request comes after the one that made the binding; a phone counts on within one Call-ID.
    private func isNewer(_ binding: RegistrarBinding) -> Bool {
        // A contact may stand twice in one request: the later wins.
        binding.callID != callID || sequence > binding.sequence || binding.registeredAt == arrival
    }

    private var outOfOrder: RegistrarAnswer { .refusal(500, "Request Out Of Order") }
}
