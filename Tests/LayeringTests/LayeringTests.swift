import Foundation
import Testing

/// Compares the sources with the table in `docs/architecture.md`.
@Suite struct LayeringTests {
    @Test func everyImportIsAllowedByTheTable() throws {
        let table = try ArchitectureTable.load()
        #expect(table.targets.count > 15, "the table was not found in docs/architecture.md")
        var violations: [String] = []
        for target in try SourceTree.targets() {
            guard let allowed = table.targets[target.name] else {
                violations.append("\(target.name): no row in the table")
                continue
            }
            for (file, module) in target.imports
            where table.targets[module] != nil || SourceTree.isCModule(module) {
                if !allowed.contains(module) { violations.append("\(file): imports \(module)") }
            }
        }
        #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
    }

    @Test func everyRowOfTheTableIsATarget() throws {
        let names = Set(try SourceTree.targets().map(\.name))
        let missing = try ArchitectureTable.load().targets.keys.filter { !names.contains($0) }
        #expect(missing.isEmpty, "rows without a folder in Sources: \(missing.sorted())")
    }

    @Test func rowsPointOnlyUpwards() throws {
        let table = try ArchitectureTable.load()
        for (index, name) in table.order.enumerated() {
            let later = Set(table.order[index...])
            let wrong = table.targets[name, default: []].intersection(later)
            #expect(wrong.isEmpty, "\(name) depends on a later row: \(wrong.sorted())")
        }
    }

    @Test func decisionsAndProtocolsHaveNoClockSocketOrTask() throws {
        let pure = ["CallControl", "JSONText", "RequestSigning", "Routing", "Billing", "SIP", "SDP", "Media"]
        let forbidden = ["Task {", "Task.detached", "Date()", ".now", "DispatchQueue", "socket(", "EventLoop"]
        var violations: [String] = []
        for target in try SourceTree.targets() where pure.contains(target.name) {
            for (file, line) in target.lines where !line.hasPrefix("//") {
                for word in forbidden where line.contains(word) { violations.append("\(file): \(word)") }
            }
        }
        #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
    }

    @Test func pureTargetsExceptMediaBuildWithoutFoundation() throws {
        for target in try SourceTree.targets()
        where ["CallControl", "JSONText", "RequestSigning", "Routing", "Billing", "SIP", "SDP"].contains(target.name) {
            let wrong = target.imports.filter { $0.module.hasPrefix("Foundation") }
            #expect(wrong.isEmpty, "\(wrong.map(\.file))")
        }
    }

    @Test func productCodeHasNoEscapeHatches() throws {
        let forbidden = ["try!", "as!", "fatalError(", "TODO", "FIXME"]
        var violations: [String] = []
        for target in try SourceTree.targets() {
            for (file, line) in target.lines {
                for word in forbidden where line.contains(word) { violations.append("\(file): \(word)") }
            }
        }
        #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
    }

    @Test func noFileIsLongerThanSixHundredLines() throws {
        var long: [String] = []
        for target in try SourceTree.targets() {
            for (file, count) in Dictionary(grouping: target.lines, by: \.file).mapValues(\.count) where count > 600 {
                long.append("\(file): \(count)")
            }
        }
        #expect(long.isEmpty, "\(long)")
    }
}

/// The rows `Name/ … → A B` of the table in the architecture document.
struct ArchitectureTable {
    var targets: [String: Set<String>] = [:]
    var order: [String] = []

    static func load() throws -> ArchitectureTable {
        let text = try String(contentsOf: SourceTree.root.appending(path: "docs/architecture.md"), encoding: .utf8)
        var table = ArchitectureTable()
        var inside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("Sources/") { inside = true }
            guard inside else { continue }
            if line.hasPrefix("```") { break }
            guard let slash = line.firstIndex(of: "/"), line.hasPrefix("  "), !line.hasPrefix("  #") else { continue }
            let name = line[..<slash].trimmingCharacters(in: .whitespaces)
            let allowed = line.split(separator: "→", maxSplits: 1).dropFirst().first ?? ""
            table.targets[name] = Set(allowed.split(whereSeparator: { " ,".contains($0) }).map(String.init))
            table.order.append(name)
        }
        return table
    }
}

/// The files below `Sources/`.
enum SourceTree {
    struct Target {
        var name: String
        var imports: [(file: String, module: String)] = []
        var lines: [(file: String, line: String)] = []
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func isCModule(_ name: String) -> Bool {
        name.hasPrefix("C") && FileManager.default.fileExists(atPath: root.appending(path: "Sources/\(name)").path)
            && name.dropFirst().first?.isUppercase == true && name != "CRM"
    }

    static func targets() throws -> [Target] {
        let sources = root.appending(path: "Sources")
        return try FileManager.default.contentsOfDirectory(atPath: sources.path).sorted().compactMap { name in
            guard !isCModule(name) else { return nil }
            return try target(name, at: sources.appending(path: name))
        }
    }

    private static func target(_ name: String, at folder: URL) throws -> Target {
        var target = Target(name: name)
        let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        for path in paths where path.hasSuffix(".swift") {
            let file = "\(name)/\(path)"
            let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                let trimmed = line.trimmingCharacters(in: .whitespaces)
                target.lines.append((file, trimmed))
                let words = trimmed.split(separator: " ")
                guard let index = words.firstIndex(of: "import"), index < 3, !trimmed.hasPrefix("//"),
                    let module = words.last
                else { continue }
                target.imports.append((file, String(module)))
            }
        }
        return target
    }
}
