import Foundation
import Yams

/// A file of tests for scenarios, in YAML.
///
/// What stands beside `tests` counts for each of them; a test may say otherwise. Names of scenario files are relative to the
/// test file.
public struct ScenarioTestFile: Sendable {
    public let path: String
    public let tests: [ScenarioTest]

    /// - Throws: ``TestFileError`` with the line, for everything that is not understood.
    public init(path: String) throws {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw TestFileError(file: path, line: nil, message: "the file cannot be read; check its name and rights")
        }
        try self.init(path: path, text: text)
    }

    /// - Parameter path: where the text would lie; scenario files are looked for beside it.
    public init(path: String, text: String) throws {
        self.path = path
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw TestFileError(file: path, line: nil, message: "no valid YAML: \(error)")
        }
        guard let node else { throw TestFileError(file: path, line: nil, message: "the file is empty") }
        let root = TestNode(node: node, file: path)
        let common = try root.map(TestReader.commonNames + ["tests"], what: "the file")
        guard let list = try common["tests"]?.list(what: "tests"), !list.isEmpty else {
            throw root.error("tests must be a list of at least one test")
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        var tests: [ScenarioTest] = []
        for item in list {
            let own = try item.map(TestReader.commonNames + TestReader.ownNames, what: "a test")
            let reader = TestReader(place: item, common: common, own: own, folder: folder)
            tests.append(try reader.test())
        }
        self.tests = tests
    }
}

/// Reads one test.
struct TestReader {
    let place: TestNode
    let common: [String: TestNode]
    let own: [String: TestNode]
    let folder: URL

    static let commonNames = [
        "scenario", "constants", "start", "call", "custom data", "caller", "phones", "web", "sounds", "storage",
        "limit",
    ]
    static let ownNames = ["name", "steps", "expect"]

    private func entry(_ name: String) -> TestNode? { own[name] ?? common[name] }

    func test() throws -> ScenarioTest {
        guard let name = own["name"] else { throw place.error("a test needs a name") }
        guard let expectations = try own["expect"]?.list(what: "expect"), !expectations.isEmpty else {
            throw place.error("a test needs a list expect of what must happen")
        }
        return ScenarioTest(
            name: try name.text(what: "name"), scenarios: try scenarios(), start: try start(), call: try call(),
            customData: try entry("custom data")?.body(),
            caller: try entry("caller")?.behaviour(what: "caller") ?? .nothing, phones: try phones(),
            web: try web(), sounds: try sounds(), storage: try storage(),
            steps: try own["steps"]?.list(what: "steps").map { try step($0) } ?? [],
            expectations: try expectations.map { try ExpectationReader.read($0) },
            limit: try entry("limit")?.time(what: "limit") ?? SpokenTime(milliseconds: 7_200_000))
    }

    private func scenarios() throws -> [(name: String, text: String)] {
        guard let entry = entry("scenario") else {
            throw place.error("scenario is missing: a file or folder, or a list")
        }
        var constants = ""
        for (name, value) in try self.entry("constants")?.orderedMap(what: "constants") ?? [] {
            constants += "const \(name) = \(TestNode.quoted(try value.body()));\n"
        }
        var scenarios: [(name: String, text: String)] = []
        for item in entry.listOrOne {
            let name = try item.text(what: "scenario")
            guard let text = Self.text(of: folder.appending(path: name)) else {
                throw item.error("the scenario \(name) cannot be read; names are relative to the test file")
            }
            let base = URL(fileURLWithPath: name).deletingPathExtension().lastPathComponent
            scenarios.append((base, scenarios.isEmpty ? constants + text : text))
        }
        return scenarios
    }

    /// A file, or all scripts of a folder joined in the order of their names.
    private static func text(of url: URL) -> String? {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: url.path) else {
            return try? String(contentsOf: url, encoding: .utf8)
        }
        let texts = names.filter { $0.hasSuffix(".js") }.sorted().compactMap {
            try? String(contentsOf: url.appending(path: $0), encoding: .utf8)
        }
        return texts.isEmpty ? nil : texts.joined(separator: "\n")
    }

    private func start() throws -> Int64 {
        guard let entry = entry("start") else { return 1_772_442_000_000 }  // Monday 2026-03-02 09:00:00 UTC.
        let text = try entry.text(what: "start")
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime]
        let padded = text.contains("T") ? text : text.replacing(" ", with: "T") + "Z"
        guard let date = formatter.date(from: padded) else {
            throw entry.error("start must be a time in UTC such as 2026-03-02 09:00:00")
        }
        return Int64(date.timeIntervalSince1970) * 1000
    }

    private func call() throws -> TestCall? {
        guard let entry = entry("call"), !entry.isNone else {
            return entry("call") == nil ? TestCall(from: "79161234567", to: "74951234567", name: "", headers: [:]) : nil
        }
        let fields = try entry.map(["from", "to", "name", "headers"], what: "call")
        let from = try fields["from"]?.text(what: "from") ?? "79161234567"
        var headers = ["VI-Client-Type": "pstn", "VI-Client-Device": "SIP", "VI-Client-IP": "192.0.2.6"]
        for (name, value) in try fields["headers"]?.anyMap(what: "headers") ?? [:] {
            headers[name] = try value.text(what: name)
        }
        return TestCall(
            from: from, to: try fields["to"]?.text(what: "to") ?? "74951234567",
            name: try fields["name"]?.text(what: "name") ?? from, headers: headers)
    }

    /// The file's people, with those of the test beside or instead.
    private func phones() throws -> [String: Behaviour] {
        var phones: [String: Behaviour] = [:]
        for source in [common["phones"], own["phones"]] {
            for (name, value) in try source?.anyMap(what: "phones") ?? [:] {
                phones[name] = try value.behaviour(what: name)
            }
        }
        return phones
    }

    private func storage() throws -> [String: String] {
        var storage: [String: String] = [:]
        for (key, value) in try entry("storage")?.anyMap(what: "storage") ?? [:] { storage[key] = try value.body() }
        return storage
    }

    private func sounds() throws -> [(pattern: TextPattern, length: SpokenTime?)] {
        try (entry("sounds")?.orderedMap(what: "sounds") ?? []).map { name, value in
            let isMissing = try value.text(what: name) == "missing"
            return (TextPattern(name), isMissing ? nil : try value.time(what: name))
        }
    }

    /// The test's own rules come first.
    private func web() throws -> [WebRule] {
        try [own["web"], common["web"]].flatMap { try $0?.list(what: "web").map { try Self.rule($0) } ?? [] }
    }

    private static func rule(_ item: TestNode) throws -> WebRule {
        let names = ["url", "method", "holds", "answer", "status", "type", "after", "fails", "times"]
        let fields = try item.map(names, what: "a web rule")
        guard let url = fields["url"] else { throw item.error("a web rule needs a url; * stands for anything") }
        return WebRule(
            url: TextPattern(try url.text(what: "url")),
            holds: try fields["holds"]?.listOrOne.map { TextPattern(try $0.text(what: "holds")) } ?? [],
            method: try fields["method"]?.text(what: "method").uppercased(), outcome: try outcome(item, fields),
            delay: try fields["after"]?.time(what: "after") ?? SpokenTime(milliseconds: 50),
            times: try fields["times"]?.number(what: "times"))
    }

    private static func outcome(_ item: TestNode, _ fields: [String: TestNode]) throws -> WebRule.Outcome {
        if let fails = fields["fails"] {
            switch try fails.text(what: "fails") {
            case "unreachable": return .unreachable
            case "unknown host": return .unknownHost
            case "timeout": return .timeout
            default: throw fails.error("fails must be unreachable, unknown host or timeout")
            }
        }
        let answer = fields["answer"]
        let isJSON = answer?.isMap == true || answer?.node.sequence != nil
        return .answer(
            status: try fields["status"]?.number(what: "status") ?? 200,
            type: try fields["type"]?.text(what: "type") ?? (isJSON ? "application/json" : "text/plain; charset=utf-8"),
            body: try answer?.body() ?? "")
    }

    private func step(_ item: TestNode) throws -> TestStep {
        let fields = try item.map(["when", "after", "caller", "phone", "does", "request"], what: "a step")
        let event: TestStep.Event
        if let request = fields["request"] {
            event = .request(try request.body())
        } else if let phone = fields["phone"], let does = fields["does"] {
            event = .party(try phone.text(what: "phone"), try action(does))
        } else if let caller = fields["caller"] {
            event = .party(nil, try action(caller))
        } else {
            throw item.error("a step needs caller, or phone and does, or request")
        }
        return TestStep(
            when: try fields["when"].map { TextPattern(try $0.text(what: "when")) },
            pause: try fields["after"]?.time(what: "after") ?? SpokenTime(milliseconds: 0), event: event)
    }

    private func action(_ item: TestNode) throws -> PartyAction {
        guard let action = PartyAction(words: try item.text(what: "what somebody does")) else {
            throw item.error("not understood; write answers, hangs up, dials 101#, holds, resumes, sends <text>, …")
        }
        return action
    }
}
