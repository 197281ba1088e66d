import Billing
import Logging
import Synchronization

/// The prices that count now; a price list that has changed replaces them while calls go on.
///
/// A call keeps the price with which it has begun.
final class TariffShelf: Sendable {
    private let book: Mutex<TariffBook>
    private let changed: (@Sendable () throws -> TariffBook?)?

    init(_ configuration: VoicePlatformConfiguration) {
        book = Mutex(configuration.tariffs)
        changed = configuration.changedTariffs
    }

    var current: TariffBook { book.withLock { $0 } }

    /// Takes the list when it has changed; one that cannot be used leaves everything as it is.
    func refresh(_ logger: Logger) {
        do {
            guard let new = try changed?() else { return }
            book.withLock { $0 = new }
            logger.notice("price list taken")
        } catch {
            logger.error("price list not taken, the old prices stay; correct it", metadata: ["error": "\(error)"])
        }
    }
}
