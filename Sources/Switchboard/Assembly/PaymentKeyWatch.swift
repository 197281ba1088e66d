import Controller
import Foundation
import Logging
import Synchronization

/// The payment systems of a data directory; reads their keys again whenever the file of secrets has changed.
final class PaymentKeyWatch: Sendable {
    private let directory: String
    private let file: FileWatch
    private let systems: Mutex<[PaymentSystem]>
    private let logger: Logger

    /// - Throws: ``AssemblyError`` for keys that cannot be used.
    init(directory: String, secrets: Secrets, logger: Logger) throws {
        self.directory = directory
        self.logger = logger
        // Looked at before the keys are read for the first time: what changes in between is read again.
        file = FileWatch(path: Secrets.file(in: directory).path)
        systems = Mutex(try secrets.paymentSystems())
    }

    /// The systems as the file says now; a file that cannot be used leaves them as they were, and is said once.
    func current() -> [PaymentSystem] {
        guard file.hasChanged() else { return systems.withLock { $0 } }
        do {
            let read = try Secrets.read(in: directory).paymentSystems()
            systems.withLock { $0 = read }
            logger.info("payment keys taken", metadata: ["systems": "\(read.map(\.name).joined(separator: " "))"])
        } catch {
            logger.error("payment keys not taken", metadata: ["error": "\(error)"])
        }
        return systems.withLock { $0 }
    }
}
