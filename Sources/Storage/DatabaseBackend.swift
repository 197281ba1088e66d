/// One kind of database behind ``Database``.
protocol DatabaseBackend: Sendable {
    var dialect: Dialect { get }
    var hub: NotificationHub { get }

    func read<Value: Sendable>(_ work: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value
    func write<Value: Sendable>(
        _ purpose: WritePurpose, _ work: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value
    /// Runs `body` while no other process is in it; this process sees to its own tasks.
    func whileAlone<Value: Sendable>(
        _ name: String, patience: Duration, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value
    func close() throws
}

/// What a write is for.
enum WritePurpose: Sendable, Hashable {
    case change(Durability)
    /// Changes the schema, and may take as long as it does.
    case migration
}
