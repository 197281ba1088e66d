import Controller

/// The payment systems that the secrets name.
extension Secrets {
    /// - Throws: ``AssemblyError/malformedPaymentKey(name:)`` for one that cannot be used.
    func paymentSystems() throws -> [PaymentSystem] {
        try (paymentKeys ?? [:]).sorted { $0.key < $1.key }.map { name, secret in
            guard let system = PaymentSystem(name: name, secret: Secret(secret)) else {
                throw AssemblyError.malformedPaymentKey(name: name)
            }
            return system
        }
    }
}
