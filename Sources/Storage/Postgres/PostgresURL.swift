internal import CPostgres

/// The address of a PostgreSQL database, as libpq reads it: `postgresql://user:password@host:port/database?sslmode=require`.
///
/// Several hosts, sockets (`?host=/run/postgresql`) and a schema (`?options=-csearch_path%3Dname`) are libpq's own.
/// Its description shows neither password nor parameters.
public struct PostgresURL: Sendable, Hashable, CustomStringConvertible {
    /// As given, with the password: for the connection only.
    let text: String
    private let shown: String

    /// - Throws: ``StorageError`` with code `invalidLocation`; its text holds nothing of what was given.
    public init(_ text: String) throws(StorageError) {
        guard Self.isMeant(by: text), !text.utf8.contains(0) else { throw Self.invalid("it begins with postgresql://") }
        var reason: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &reason) else {
            // What the library says repeats parts of the address, with a password perhaps.
            if let reason { PQfreemem(reason) }
            throw Self.invalid("characters such as @ : / ? # in a user name or password are written as %40 and so on")
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        if let port = values["port"], port.split(separator: ",").contains(where: { UInt16($0) == nil }) {
            throw Self.invalid("a port is a number up to 65535")
        }
        self.text = text
        let place = values["host"] ?? values["hostaddr"] ?? "local socket"
        shown = "PostgreSQL database '\(values["dbname"] ?? values["user"] ?? "")' at \(place)"
    }

    public var description: String { shown }

    static func isMeant(by text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
    }

    private static func invalid(_ hint: String) -> StorageError {
        StorageError(
            code: .invalidLocation,
            message: "the database's address cannot be read; "
                + "it looks like postgresql://user:password@host:5432/database; \(hint)")
    }
}
