import Foundation

/// The figures of a run as a table for people and as JSON for programs.
struct Report {
    var figures: [Figure] = []

    var table: String {
        let head = ["name", "value", "unit", "mark", "met?", "others"]
        let rows = figures.map { figure in
            [
                figure.name, Self.text(figure.value), figure.unit, Self.text(figure.mark),
                figure.isMet.map { $0 ? "yes" : "NO" } ?? "", figure.others,
            ]
        }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        return ([head] + rows).map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }.joined(separator: "  ")
        }.joined(separator: "\n") + "\n"
    }

    /// `{"name": {"value": …, "unit": …}}`
    func json() throws -> Data {
        let object = Dictionary(
            figures.map { ($0.name, ["value": $0.value, "unit": $0.unit] as [String: Any]) },
            uniquingKeysWith: { _, last in last })
        return try JSONSerialization.data(
            withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    }

    func write(to path: String) throws {
        let url = URL(filePath: path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try json().write(to: url, options: .atomic)
    }

    private static func text(_ mark: Figure.Mark?) -> String {
        switch mark {
        case .atMost(let limit): "<= \(text(limit))"
        case .atLeast(let limit): ">= \(text(limit))"
        case nil: ""
        }
    }

    /// Three significant places below a thousand, whole numbers above.
    private static func text(_ value: Double) -> String {
        if abs(value) >= 100 || value == value.rounded() { return String(Int(value.rounded())) }
        return String((value * 100).rounded() / 100)
    }
}
