import Foundation
import PhoneNumbers
import TestProcesses
import Testing

@testable import Controller

@Suite struct SettingsSchemaTests {
    /// What every field is given in turn; most of it is wrong for most fields.
    private static let values: [JSONValue] =
        [
            .null, true, false, 0, 1, 3, 12, 13, -1, 600, 601, 9999, 10_000, .real(3), .real(3.5), .real(1e19),
            .integer(.max), [], [:], ["x"], [1], [0], [nil], [["USER_ID": "67"]], [["USER_ID": 0]], [[:]], [["a": 1]],
            ["67", 68, ["USER_ID": 69, "USER_HAVE_PHONE": "Y"]],
        ]
        + [
            "", "Y", "N", "y", "maybe", "queue", "pstn", "pstn_specific", "voicemail", "hungup", "evenly", "RENT",
            "lead", "all", "0", "3", "03", "3.5", "12", "13", "600", "601", "9999", "10000", "1000000000000000000",
            "http://a/b.mp3", "HTTP://a", "ftp://a/b", "https://", "http://a b", "9", "09", "18.30", "18.60", "24.00",
            "18.3", "18:30", "SA,SU", "SA", "SASU", "XX", "SA,", "01.01,09.05", "32.01", "1.1", "RU", "ru", "RUS",
            "Europe/Berlin", "Europe Berlin", "+7 495 445-11-20", "8(495)4451120", "number", "+", "+7", "test",
        ].map(JSONValue.text)
        + [
            .text(String(repeating: "é", count: 255)), .text(String(repeating: "é", count: 256)),
            .text("http://a/" + String(repeating: "b", count: 2000)),
            .list(Array(repeating: "1", count: 1000)), .list(Array(repeating: "1", count: 1001)),
            .list(Array(repeating: "1", count: 10_001)), .list([.text(String(repeating: "1", count: 65))]),
        ]

    private static func document(_ fields: [(String, JSONValue)]) -> JSONValue {
        let all = [("SEARCH_ID", JSONValue.text("test"))] + fields
        return .object(
            Dictionary(all, uniquingKeysWith: { _, last in last }).map { .init(name: $0.key, value: $0.value) })
    }

    private static func isTaken(_ document: JSONValue) -> Bool {
        (try? LineSettings(Data(document.encoded.utf8), region: .russia)) != nil
    }

    /// The schema's verdict on each document, by a validator that others have written.
    private static func verdicts(_ documents: [JSONValue]) throws -> [Bool] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "schema-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (schema, list) = (folder.appending(path: "schema.json"), folder.appending(path: "documents.json"))
        try Data(SettingsSchema.document.encoded.utf8).write(to: schema)
        try Data(JSONValue.list(documents).encoded.utf8).write(to: list)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "verdicts.py")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = [script.path, schema.path, list.path]
        let output = Pipe()
        process.standardOutput = output
        try process.start()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "python3-jsonschema is missing, or the schema is none")
        return String(decoding: text, as: UTF8.self).filter { "01".contains($0) }.map { $0 == "1" }
    }

    @Test("Controller and schema agree on every field with every kind of value, right and wrong")
    func fields() throws {
        let cases = SettingsField.all.flatMap { field in Self.values.map { (field, $0) } }
        let documents = cases.map { Self.document([($0.0.name, $0.1)]) }
        let verdicts = try Self.verdicts(documents)
        try #require(verdicts.count == documents.count)
        for (index, (field, value)) in cases.enumerated() {
            let isTaken = Self.isTaken(documents[index])
            // The schema cannot say which numbers are possible.
            if field.name == "FORWARD_NUMBER", verdicts[index] {
                let number = PhoneNumberParser.parse(value.string ?? "", defaultRegion: .russia).number
                #expect(isTaken == (number != nil || value == .null || value == ""), "\(value.encoded)")
            } else {
                #expect(isTaken == verdicts[index], "\(field.name): \(value.encoded.prefix(80))")
            }
        }
        for field in SettingsField.all {
            let own = cases.indices.filter { cases[$0].0.name == field.name }
            #expect(own.contains { verdicts[$0] } && own.contains { !verdicts[$0] }, "\(field.name)")
        }
    }

    @Test("Controller and schema agree on documents of many fields")
    func mixtures() throws {
        var random = SeededGenerator(seed: 20_261_127)
        let usable = SettingsField.all.filter { $0.name != "FORWARD_NUMBER" }
        let documents = (0..<400).map { _ in
            Self.document(
                usable.shuffled(using: &random).prefix(8).map { field in
                    // Each second document is right in most places.
                    let taken = Self.values.filter(field.rule.takes)
                    let isRight = Int.random(in: 0..<8, using: &random) > 0
                    let value = (isRight ? taken : Self.values).randomElement(using: &random) ?? .null
                    return (field.name, value)
                })
        }
        let verdicts = try Self.verdicts(documents)
        #expect(documents.map(Self.isTaken) == verdicts)
        #expect(verdicts.contains(true) && verdicts.contains(false))
    }

    @Test("What is no object, or has no SEARCH_ID, is refused by both")
    func roots() throws {
        let documents: [JSONValue] = [[], "text", 1, nil, [:], ["SEARCH_ID": nil], ["SEARCH_ID": ""], ["SEARCH_ID": 5]]
        #expect(try Self.verdicts(documents) == documents.map { _ in false })
        #expect(documents.map(Self.isTaken) == documents.map { _ in false })
        #expect(Self.isTaken(["SEARCH_ID": "a", "OF_TOMORROW": [1]]))
        #expect(try Self.verdicts([["SEARCH_ID": "a", "OF_TOMORROW": [1]]]) == [true])
    }

    @Test("All errors are told at once, each with field, expectation and where the schema is")
    func errors() {
        let text = #"{"SEARCH_ID":"a","CRM":"maybe","QUEUE_TIME":99,"FORWARD_NUMBER":"12","QUEUE_USERS":"secret"}"#
        let error = #expect(throws: LineSettings.Invalid.self) {
            try LineSettings(Data(text.utf8), region: .russia)
        }
        #expect(
            error?.problems == [
                "CRM must be Y or N", "QUEUE_TIME must be a whole number from 1 to 12",
                "QUEUE_USERS must be a list of at most 1000 identifiers of employees, or of objects with USER_ID",
                "FORWARD_NUMBER must be a telephone number or empty",
            ])
        #expect(
            error?.description.hasSuffix("correct what is named; the schema is at /schemas/line-settings.json") == true)
        #expect(error?.description.contains("secret") == false)
        let wrong = Self.document(SettingsField.all.map { ($0.name, true) })
        let many = #expect(throws: LineSettings.Invalid.self) {
            try LineSettings(Data(wrong.encoded.utf8), region: .russia)
        }
        #expect(many?.problems.count == SettingsField.all.count)
        #expect(many?.description.contains("and \(SettingsField.all.count - 20) more") == true)
    }

    @Test("The schema is served to everybody, and the published file is the same")
    func published() async throws {
        let root = URL(filePath: #filePath).pathComponents.dropLast(4).joined(separator: "/").dropFirst()
        let file = try Data(contentsOf: URL(filePath: "\(root)/docs/line-settings.schema.json"))
        #expect(JSONValue(file)?.encoded == JSONValue(Data(SettingsSchema.document.encoded.utf8))?.encoded)
        try await World.run { world async throws in
            let answer = try await world.admin("/schemas/line-settings.json", token: nil)
            #expect(answer.status == 200)
            #expect(answer.json?.encoded == JSONValue(file)?.encoded)
        }
    }
}

/// The same numbers at every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
