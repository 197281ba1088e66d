import VoiceEngine

/// What the management API wants of the engine: what changes mean for it, after their commit, and how it is.
struct EngineOrders: Sendable {
    /// Other registrations are to be kept at other registrars than before.
    var registrationsChanged: @Sendable () -> Void = {}
    /// Phones that have registered as a user are no longer his.
    var forgetPhones: @Sendable (UserAddress) async -> Void = { _ in }
    /// How the trunks are, in the order of the configuration.
    var trunks: @Sendable () async -> [TrunkStatus] = { [] }
}
