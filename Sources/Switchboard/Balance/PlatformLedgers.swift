import Billing
import Foundation

/// The ledgers of the voice platform's child accounts of one currency, day by day.
struct PlatformLedgers: Sendable {
    let currency: Currency
    let first: TariffDay
    let last: TariffDay

    private static let page = 1000
    /// The management API shows no more rows of one range; busier days are asked for by the hour.
    private static let mostRows = 10_000

    /// - Throws: ``PlatformClient/Failure``, also for rows that cannot be read.
    func all(_ platform: PlatformClient) async throws -> [RecordedEntry] {
        var entries: [RecordedEntry] = []
        for day in first.number...last.number {
            let start = Int64(day) * 86_400
            if let found = try await rows(platform, start, 86_400) {
                entries += found
                continue
            }
            for hour in Int64(0)..<24 {
                guard let found = try await rows(platform, start + hour * 3600, 3600) else {
                    throw PlatformClient.Failure(
                        description: "More than \(Self.mostRows) movements of money within an hour; use --ledger.")
                }
                entries += found
            }
        }
        return entries
    }

    /// Nil when the range has more rows than can be asked for.
    private func rows(_ platform: PlatformClient, _ start: Int64, _ length: Int64) async throws -> [RecordedEntry]? {
        var entries: [RecordedEntry] = []
        while true {
            let fields = [
                "from_date": Self.date(start), "to_date": Self.date(start + length - 1), "child_account_id": "all",
                "children_transactions_only": "true", "count": "\(Self.page)", "offset": "\(entries.count)",
                "with_total_count": "false",
            ]
            let found = try await platform.call("GetTransactionHistory", fields)["result"] as? [[String: Any]] ?? []
            entries += try found.map(entry)
            if found.count < Self.page { return entries }
            if entries.count > Self.mostRows { return nil }
        }
    }

    private func entry(_ row: [String: Any]) throws -> RecordedEntry {
        guard let account = row["account_id"],
            let time = (row["performed_at"] as? String).flatMap(RecordedFile.seconds),
            let number = row["amount"] as? NSNumber, row["currency"] as? String == currency.code,
            let amount = try? Money(String(format: "%.6f", number.doubleValue), currency),
            let kind = row["transaction_type"] as? String,
            let role = RecordedEntry.role(ofKind: kind, isGain: amount.millionths > 0)
        else {
            throw PlatformClient.Failure(
                description: "The voice platform sent a movement of money that cannot be read, transaction "
                    + "\(row["transaction_id"] ?? "without an id").")
        }
        return RecordedEntry(account: "\(account)", unixSeconds: time, amount: amount, role: role)
    }

    /// `YYYY-MM-DD HH:mm:ss` in UTC.
    private static func date(_ seconds: Int64) -> String {
        let rest = seconds % 86_400
        return "\(TariffDay(unixSeconds: seconds)) "
            + String(format: "%02d:%02d:%02d", rest / 3600, rest / 60 % 60, rest % 60)
    }
}
