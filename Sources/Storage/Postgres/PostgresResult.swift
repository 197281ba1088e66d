internal import CPostgres

/// Reads a result of the server, which gives every value as text.
struct PostgresResult {
    private enum Kind { case integer, truth, real, exact, bytes, text }

    private let result: OpaquePointer

    init(_ result: OpaquePointer) { self.result = result }

    /// Rows inserted, changed or deleted.
    var changed: Int {
        guard let status = PQcmdStatus(result), let count = PQcmdTuples(result) else { return 0 }
        let command = String(cString: status)
        let changes = ["INSERT", "UPDATE", "DELETE", "MERGE"].contains { command.hasPrefix($0) }
        return changes ? Int(String(cString: count)) ?? 0 : 0
    }

    func rows(sql: String) throws(StorageError) -> [Row] {
        let columns = 0..<PQnfields(result)
        let header = RowHeader(
            names: columns.map { PQfname(result, $0).map { String(cString: $0) } ?? "" }, sql: sql)
        let kinds = columns.map { Self.kind(PQftype(result, $0)) }
        var rows: [Row] = []
        rows.reserveCapacity(Int(PQntuples(result)))
        for row in 0..<PQntuples(result) {
            var values: [SQLValue] = []
            values.reserveCapacity(kinds.count)
            for column in columns { values.append(try value(row, column, kinds[Int(column)], sql)) }
            rows.append(Row(header: header, values: values))
        }
        return rows
    }

    /// By the numbers of the types in the server's catalogue, which never change.
    private static func kind(_ type: Oid) -> Kind {
        switch type {
        case 20, 21, 23, 26: .integer
        case 16: .truth
        case 700, 701: .real
        case 1700: .exact
        case 17: .bytes
        default: .text
        }
    }

    private func value(_ row: Int32, _ column: Int32, _ kind: Kind, _ sql: String) throws(StorageError) -> SQLValue {
        guard PQgetisnull(result, row, column) == 0, let pointer = PQgetvalue(result, row, column) else { return .null }
        let length = Int(PQgetlength(result, row, column))
        let octets = UnsafeRawBufferPointer(start: pointer, count: length)
        let found: SQLValue? =
            switch kind {
            case .truth: .integer(octets.first == UInt8(ascii: "t") ? 1 : 0)
            case .bytes: Self.bytes(octets)
            case .text: .text(String(decoding: octets, as: UTF8.self))
            case .integer: Int64(String(decoding: octets, as: UTF8.self)).map(SQLValue.integer)
            case .real: Double(String(decoding: octets, as: UTF8.self)).map(SQLValue.real)
            case .exact: Self.exact(String(decoding: octets, as: UTF8.self))
            }
        guard let found else {
            throw StorageError(
                code: .valueRefused, message: "the result is beyond the range of its type", sql: sql,
                column: PQfname(result, column).map { String(cString: $0) })
        }
        return found
    }

    /// Sums of integers come as exact decimals, averages with a fraction.
    private static func exact(_ text: String) -> SQLValue? {
        text.contains(".") ? Double(text).map(SQLValue.real) : Int64(text).map(SQLValue.integer)
    }

    /// From `\x00ff`.
    private static func bytes(_ octets: UnsafeRawBufferPointer) -> SQLValue? {
        guard octets.count >= 2, octets.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(octets.count / 2 - 1)
        for index in stride(from: 2, to: octets.count, by: 2) {
            guard let high = digit(octets[index]), let low = digit(octets[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return .bytes(bytes)
    }

    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

extension SQLValue {
    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// The value as the server reads it; nil for NULL. The server finds its type by where it stands.
    var postgresText: String? {
        switch self {
        case .null: nil
        case .integer(let integer): String(integer)
        case .real(let real): real.isInfinite ? (real < 0 ? "-Infinity" : "Infinity") : "\(real)"
        case .text(let text): text
        case .bytes(let bytes):
            String(unsafeUninitializedCapacity: bytes.count * 2 + 2) { buffer in
                buffer[0] = UInt8(ascii: "\\")
                buffer[1] = UInt8(ascii: "x")
                for (index, byte) in bytes.enumerated() {
                    buffer[2 * index + 2] = Self.hexDigits[Int(byte >> 4)]
                    buffer[2 * index + 3] = Self.hexDigits[Int(byte & 15)]
                }
                return bytes.count * 2 + 2
            }
        }
    }
}
