/// Rows by the digits with which a number begins; a look-up takes one step for each digit, whatever the table's size.
struct PrefixTable: Sendable, Hashable {
    /// Ten for each node: the node after a digit, 0 for none, for the root is nobody's child.
    private var children = [Int32](repeating: 0, count: 10)
    /// For each node the rows of its prefix, later first days first.
    private var rows: [[TariffRow]] = [[]]

    /// Adds a row of a prefix that holds nothing but digits.
    ///
    /// - Returns: False when there is one with the same first day; the table is then unchanged.
    mutating func insert(_ row: TariffRow, prefix: String) -> Bool {
        var node = 0
        for digit in prefix.utf8 {
            let place = node * 10 + Int(digit - 0x30)
            if children[place] == 0 {
                children[place] = Int32(rows.count)
                rows.append([])
                children.append(contentsOf: repeatElement(0, count: 10))
            }
            node = Int(children[place])
        }
        guard !rows[node].contains(where: { $0.validFrom == row.validFrom }) else { return false }
        let place = rows[node].firstIndex { row.isLater(than: $0) } ?? rows[node].endIndex
        rows[node].insert(row, at: place)
        return true
    }

    /// The row of the longest prefix that counts on a day, with the prefix's length.
    func longest(_ number: some StringProtocol, on day: TariffDay) -> (row: TariffRow, length: Int)? {
        var node = 0
        var length = 0
        var found = Self.valid(rows[0], on: day).map { ($0, 0) }
        for digit in number.utf8 where (0x30...0x39).contains(digit) {
            node = Int(children[node * 10 + Int(digit - 0x30)])
            guard node != 0 else { break }
            length += 1
            if let row = Self.valid(rows[node], on: day) { found = (row, length) }
        }
        return found
    }

    static func valid(_ rows: [TariffRow], on day: TariffDay) -> TariffRow? {
        rows.first { row in row.validFrom.map { $0 <= day } ?? true }
    }
}

extension TariffRow {
    /// Whether the row replaces another of the same prefix from its first day on.
    func isLater(than other: TariffRow) -> Bool {
        guard let validFrom else { return false }
        return other.validFrom.map { validFrom > $0 } ?? true
    }
}
