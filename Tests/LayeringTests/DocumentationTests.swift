import Foundation
import Testing

/// Compares the documentation with the sources that it describes.
@Suite struct DocumentationTests {
    @Test func everySettingHasItsRow() throws {
        let catalogue = try text("Sources/Switchboard/Configuration/ConfigurationCatalogue.swift")
        let keys = catalogue.matches(of: /name: "([a-z.]+)"/).map { String($0.1) }
        let rows = try text("docs/operations.md").matches(
            of: /\| `([a-z.]+)` \| [^|]+ \| `(--[a-z-]+)` \| `(SWITCHBOARD_[A-Z_]+)` \|/)
        #expect(keys.count > 20, "the keys were not found in the catalogue")
        #expect(rows.map { String($0.1) } == keys, "docs/operations.md has other settings, or another order")
        for row in rows {
            #expect(row.2 == "--" + row.1.replacing(".", with: "-"))
            #expect(row.3 == "SWITCHBOARD_" + row.1.replacing(".", with: "_").uppercased())
        }
    }

    @Test func everyLinkLeadsToAFile() throws {
        let root = SourceTree.root
        let documents = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "docs").path)
        for document in documents.filter({ $0.hasSuffix(".md") }).map({ "docs/\($0)" }) + ["README.md"] {
            let folder = root.appending(path: document).deletingLastPathComponent()
            for link in try text(document).matches(of: /\]\(([A-Za-z\/_-]+\.(?:md|yaml))/) {
                let path = folder.appending(path: String(link.1)).path
                #expect(FileManager.default.fileExists(atPath: path), "\(document): \(link.1)")
            }
        }
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOf: SourceTree.root.appending(path: path), encoding: .utf8)
    }
}
