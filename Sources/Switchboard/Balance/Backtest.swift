import Billing
import Foundation

/// Tries rules on many accounts, on all processors; the result does not depend on how many there are.
struct Backtest: Sendable {
    let rules: [WarningRule]
    let options: BacktestOptions
    /// Whether standard error tells how far it is.
    let showsProgress: Bool

    private static let batch = 16

    func table(of accounts: [BacktestAccount]) async -> BacktestTable {
        await table(count: accounts.count) { accounts[$0] }
    }

    /// - Parameter account: Makes the n-th account, on any thread.
    func table(count: Int, _ account: @escaping @Sendable (Int) -> BacktestAccount) async -> BacktestTable {
        let starts = Array(stride(from: 0, to: count, by: Self.batch))
        let workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
        var parts: [Int: BacktestTable] = [:]
        await withTaskGroup(of: (Int, BacktestTable).self) { group in
            var waiting = starts.makeIterator()
            func begin() {
                guard let start = waiting.next() else { return }
                group.addTask { (start, part(start..<min(start + Self.batch, count), account)) }
            }
            for _ in 0..<workers { begin() }
            while let (start, part) = await group.next() {
                parts[start] = part
                show(min(parts.count * Self.batch, count), of: count)
                begin()
            }
        }
        var table = BacktestTable(rules: rules)
        for start in starts {
            if let part = parts[start] { table.add(part) }
        }
        return table
    }

    private func part(_ range: Range<Int>, _ account: (Int) -> BacktestAccount) -> BacktestTable {
        var table = BacktestTable(rules: rules)
        for index in range { table.add(account(index), options) }
        return table
    }

    private func show(_ done: Int, of count: Int) {
        guard showsProgress else { return }
        let end = done == count ? "\n" : ""
        FileHandle.standardError.write(Data("\r\(done) of \(count) accounts\(end)".utf8))
    }
}
