import VoiceEngine

/// What changes over the management API mean for the engine; called after the commit, before the answer.
struct EngineOrders: Sendable {
    /// Other registrations are to be kept at other registrars than before.
    var registrationsChanged: @Sendable () -> Void = {}
    /// Phones that have registered as a user are no longer his.
    var forgetPhones: @Sendable (UserAddress) async -> Void = { _ in }
}
