import Controller

/// The payment systems that the secrets name.
extension Secrets {
    /// A key that a payment system had before.
    struct FormerKey: Codable, Sendable, Equatable {
        var key: String
        /// Seconds since 1970; from then on it is none any more.
        var until: Int64
    }

    /// - Throws: ``AssemblyError/malformedPaymentKey(name:)`` for one that cannot be used.
    func paymentSystems() throws -> [PaymentSystem] {
        try (paymentKeys ?? [:]).sorted { $0.key < $1.key }.map { name, secret in
            let former = formerPaymentKeys?[name].map { former in
                let until = min(max(former.until, 0), 1 << 40)
                return (secret: Secret(former.key), until: Moment(milliseconds: until * 1000))
            }
            guard let system = PaymentSystem(name: name, secret: Secret(secret), former: former) else {
                throw AssemblyError.malformedPaymentKey(name: name)
            }
            return system
        }
    }

    /// Gives a payment system another key; the one that it has is good for a while longer, one of before ends.
    ///
    /// - Parameter until: Seconds since 1970; nil ends the present key at once.
    mutating func setPaymentKey(_ key: String, of system: String, formerUntil until: Int64?) {
        let former = paymentKeys?[system]
        paymentKeys = (paymentKeys ?? [:]).merging([system: key]) { $1 }
        var others = formerPaymentKeys ?? [:]
        others[system] = until.flatMap { until in former.map { FormerKey(key: $0, until: until) } }
        formerPaymentKeys = others.isEmpty ? nil : others
    }
}
