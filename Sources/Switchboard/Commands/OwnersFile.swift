import Foundation

/// A file that a command writes for nobody but its owner.
enum OwnersFile {
    /// Writes a new file; one that is there may have other readers, and is not replaced.
    ///
    /// - Throws: ``OperatorClient/Failure`` with the remedy.
    static func write(_ data: Data, to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard file >= 0 else {
            throw OperatorClient.Failure(description: "\(path) cannot be made, or is there; name another file.")
        }
        try FileHandle(fileDescriptor: file, closeOnDealloc: true).write(contentsOf: data)
    }
}
