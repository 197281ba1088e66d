/// The bindings of a registrar (RFC 3261 10.3), each with the flow its phone came by.
///
/// A value without clock: expiry happens in `timersFired(at:)`. Authentication, and whether the user may register the
/// address in To, are decided before `register`.
public struct RegistrarBindings: Sendable {
    /// The bounds of this registrar.
    public let settings: RegistrarSettings
    private var bindings: [AddressOfRecord: [RegistrarBinding]] = [:]
    private var deadlines = DeadlineQueue<AddressOfRecord>()
    /// The addresses with phones on a connection, for when it closes.
    private var addressesByFlow: [SIPFlow: Set<AddressOfRecord>] = [:]

    /// A registrar that knows no phone yet.
    public init(settings: RegistrarSettings = RegistrarSettings()) {
        self.settings = settings
    }

    /// The addresses that have a phone now.
    public var addresses: some Collection<AddressOfRecord> { bindings.keys }

    /// The phones of an address, the preferred and then the latest first.
    public func phones(of address: AddressOfRecord) -> [RegistrarBinding] {
        bindings[address, default: []].sorted {
            ($0.preference, $0.registeredAt.nanoseconds) > ($1.preference, $1.registeredAt.nanoseconds)
        }
    }

    /// The next instant at which `timersFired(at:)` has something to do.
    public var nextDeadline: SIPInstant? { deadlines.nextDeadline }

    /// Drops what has expired at `now` and gives the addresses that lost a phone.
    public mutating func timersFired(at now: SIPInstant) -> [AddressOfRecord] {
        var changed: [AddressOfRecord] = []
        while let address = deadlines.popDue(at: now) {
            let remaining = bindings[address, default: []].filter { $0.expiresAt > now }
            store(remaining, for: address)
            changed.append(address)
        }
        return changed
    }

    /// Drops the phones of a connection that has closed and gives the addresses that lost one.
    public mutating func connectionClosed(_ flow: SIPFlow) -> [AddressOfRecord] {
        let affected = addressesByFlow[flow, default: []].sorted { $0.description < $1.description }
        for address in affected {
            store(bindings[address, default: []].filter { $0.flow != flow }, for: address)
        }
        return affected
    }

    /// Drops every phone of an address, as when its user is deleted.
    public mutating func remove(_ address: AddressOfRecord) {
        store([], for: address)
    }

    /// Performs a REGISTER of a user who may register the address in To.
    ///
    /// - Parameter own: the address that is meant, where To may write it in several ways.
    public mutating func register(
        _ request: SIPRequest, as own: AddressOfRecord? = nil, flow: SIPFlow, at now: SIPInstant
    ) -> RegistrarAnswer {
        guard let to = try? request.headers.to, let address = own ?? AddressOfRecord(to.uri),
            let callID = try? request.headers.callID, let cseq = try? request.headers.cseq,
            let contacts = try? request.headers.contacts
        else { return .refusal(400) }
        let current = bindings[address, default: []].filter { $0.expiresAt > now }
        var update = RegistrarUpdate(
            settings: settings, bindings: current, callID: callID, sequence: cseq.number, flow: flow,
            product: request.headers.userAgent, now: now)
        let refusal: RegistrarAnswer?
        switch contacts {
        case .wildcard: refusal = update.removeAll(expires: try? request.headers.expires)
        case .addresses(let list): refusal = update.apply(list, expires: try? request.headers.expires)
        }
        if let refusal { return refusal }
        guard bindings[address] != nil || update.bindings.isEmpty || bindings.count < settings.maximumAddresses else {
            return .refusal(503, headers: SIPHeaders([(.retryAfter, "60")]))
        }
        store(update.bindings, for: address)
        return answer(for: address, isChanged: update.isChanged, at: now)
    }

    private func answer(for address: AddressOfRecord, isChanged: Bool, at now: SIPInstant) -> RegistrarAnswer {
        var headers = SIPHeaders()
        for binding in phones(of: address) {
            var contact = binding.contact
            contact.parameters["expires"] = "\(now.duration(to: binding.expiresAt).wholeSeconds)"
            headers.append(.contact, contact.description)
        }
        return RegistrarAnswer(status: 200, reason: nil, headers: headers, isChanged: isChanged)
    }

    private mutating func store(_ new: [RegistrarBinding], for address: AddressOfRecord) {
        for flow in Set(bindings[address, default: []].map(\.flow)) where flow.connection != nil {
            addressesByFlow[flow]?.remove(address)
            if addressesByFlow[flow]?.isEmpty == true { addressesByFlow[flow] = nil }
        }
        for binding in new where binding.flow.connection != nil {
            addressesByFlow[binding.flow, default: []].insert(address)
        }
        bindings[address] = new.isEmpty ? nil : new
        deadlines.set(address, to: new.map(\.expiresAt).min())
    }
}
