import Foundation
internal import GRDB

/// A file of SQLite as a whole: copied while it is in use, checked, put back.
///
/// Its calls block until the disk has done its part.
public struct DatabaseFile: Sendable, Hashable {
    public let path: String

    public init(path: String) { self.path = path }

    public var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// Copies the state of one instant to a new file, which stands alone: nothing beside it belongs to it.
    ///
    /// Whoever uses the database goes on reading and writing. The copy is checked before it gets its name.
    /// - Throws: ``StorageError`` with code `cannotOpen` when there is no database, it is damaged, or `target` exists.
    public func backUp(to target: String) throws(StorageError) {
        try requireExistence()
        guard !FileManager.default.fileExists(atPath: target) else {
            throw StorageError(code: .cannotOpen, message: "\(target) exists already; name another place")
        }
        let part = target + ".part"
        do {
            try? FileManager.default.removeItem(atPath: part)
            let (source, copy) = (try open(path), try open(part))
            try source.backup(to: copy)
            try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try Self.check(copy)
            try source.close()
            try copy.close()
            try FileManager.default.moveItem(atPath: part, toPath: target)
        } catch {
            try? FileManager.default.removeItem(atPath: part)
            throw named(error)
        }
    }

    /// Whether all is as SQLite and the foreign keys want it, and the last of its migrations.
    ///
    /// - Throws: ``StorageError`` with code `cannotOpen` when there is no database, it is damaged, or not one of this program.
    @discardableResult
    public func check() throws(StorageError) -> String {
        try requireExistence()
        do {
            let queue = try open(path)
            let migration = try Self.check(queue)
            try queue.close()
            return migration
        } catch {
            throw named(error)
        }
    }

    /// Makes this file what the backup is, all of it or, after a crash, nothing; it is made when it does not exist.
    ///
    /// - Throws: ``StorageError`` with code `busy` while anybody uses it, `cannotOpen` for a backup that is damaged.
    public func restore(from backup: DatabaseFile) throws(StorageError) {
        try backup.check()
        do {
            let (source, target) = (try open(backup.path), try open(path))
            try Self.own(target, path)
            try source.backup(to: target)
            try Self.check(target)
            try source.close()
            try target.close()
        } catch {
            throw named(error)
        }
    }

    /// - Throws: ``StorageError`` with code `busy` while anybody uses the file.
    public func requireUnused() throws(StorageError) {
        guard exists else { return }
        do {
            let queue = try open(path)
            try Self.own(queue, path)
            try queue.close()
        } catch {
            throw named(error)
        }
    }

    // MARK: Connections

    private func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .immediateError
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private func requireExistence() throws(StorageError) {
        guard exists else { throw StorageError(code: .cannotOpen, message: "there is no database \(path)") }
    }

    /// Takes the database for this connection: who is alone can end the write-ahead log, and nobody else.
    private static func own(_ queue: DatabaseQueue, _ path: String) throws {
        let inUse = StorageError(
            code: .busy, message: "\(path) is in use; stop the system that runs on it, then try again")
        do {
            let mode = try queue.writeWithoutTransaction {
                try $0.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
                return try String.fetchOne($0, sql: "PRAGMA journal_mode = DELETE")
            }
            guard mode == "delete" else { throw inUse }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_LOCKED
        {
            throw inUse
        }
    }

    @discardableResult
    private static func check(_ queue: DatabaseQueue) throws -> String {
        try queue.read { connection in
            let found = try String.fetchAll(connection, sql: "PRAGMA integrity_check(5)")
            guard found == ["ok"] else {
                throw StorageError(
                    code: .cannotOpen, message: "the database is damaged: \(found.joined(separator: "; "))")
            }
            guard try GRDB.Row.fetchOne(connection, sql: "PRAGMA foreign_key_check") == nil else {
                throw StorageError(code: .cannotOpen, message: "the database is damaged: rows refer to missing ones")
            }
            guard try connection.tableExists("schema_migration"),
                let last = try String.fetchOne(
                    connection, sql: "SELECT name FROM schema_migration ORDER BY position DESC LIMIT 1")
            else { throw StorageError(code: .cannotOpen, message: "the file is no database of this program") }
            return last
        }
    }

    private func named(_ error: any Error) -> StorageError {
        if let error = error as? CocoaError {
            return StorageError(
                code: .cannotOpen, message: "\(path) cannot be copied (\(error.code.rawValue)); check rights and space")
        }
        let known = StorageError(error, sql: "")
        guard !known.message.contains(path) else { return known }
        return StorageError(code: known.code, message: "\(path): \(known.message)")
    }
}
