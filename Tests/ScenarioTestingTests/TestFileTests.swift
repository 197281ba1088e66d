import Testing

@testable import ScenarioTesting

struct TestFileTests {
    /// Each with the line where the mistake stands.
    @Test(arguments: [
        ("", nil, "the file is empty"), ("a: [", nil, "no valid YAML"),
        ("tests: []", 1, "tests must be a list of at least one test"),
        ("tests:\n  - name: a\n    expect: []", 2, "a test needs a list expect of what must happen"),
        ("tests:\n  - expect: [a]", 2, "a test needs a name"),
        ("tests:\n  - name: a\n    expects: [a]", 3, "a test knows no expects"),
        ("scenario: none.js\ntests:\n  - {name: a, expect: [b]}", 1, "the scenario none.js cannot be read"),
    ]) func mistakesAreToldWithTheirLine(text: String, line: Int?, message: String) {
        let error = #expect(throws: TestFileError.self) { try ScenarioTestFile(path: "/none/t.yaml", text: text) }
        if let error, !message.isEmpty {
            #expect(error.line == line)
            #expect(error.message.hasPrefix(message), "\(error)")
        }
    }

    @Test(arguments: [
        ("phones: {anna: sleeps}", "anna is not understood"), ("caller: jumps after 2s", "caller is not understood"),
        ("caller: hangs up after soon", "caller is not understood"), ("limit: forever", "limit must be a time"),
        ("start: yesterday", "start must be a time"), ("web: [{answer: a}]", "a web rule needs a url"),
        ("web: [{url: a, fails: badly}]", "fails must be unreachable"), ("call: {frm: a}", "call knows no frm"),
    ]) func valuesAreChecked(text: String, message: String) throws {
        let error = #expect(throws: TestFileError.self) {
            try ScenarioFilesTests.file("", text + "\ntests:\n  - {name: a, expect: [b]}")
        }
        #expect(error?.line == 2)
        #expect(error?.message.hasPrefix(message) == true, "\(String(describing: error))")
    }

    @Test func aTestHasWhatStandsInTheFileAndItsOwn() throws {
        let file = try ScenarioFilesTests.file(
            "",
            """
            constants: {A: 'it"s'}
            start: 2026-03-02 10:00:30
            phones: {anna: busy, boris: "rings after 1s, answers after 2m, dials 1# after 500ms"}
            web: [{url: a*, answer: {b: [1, "2", true, null, c]}}]
            tests:
              - name: own
                call: {from: "1", to: "2", headers: {X-A: b}}
                phones: {anna: fails 404 after 1s}
                web: [{url: b, status: 500, times: 1, holds: [c, d], after: 2s}]
                sounds: {long: 1h, gone: missing}
                steps: [{when: x, after: 1s, phone: anna, does: sends hello}, {request: {c: 1}}]
                expect: [a, {command: b, with: {c: 1}, by: 3s}, {never: x}]
              - {name: other, call: none, custom data: {d: 1}, expect: [b]}
            """)
        let (own, other) = (file.tests[0], file.tests[1])
        #expect(own.scenarios.first?.text == "const A = \"it\\\"s\";\n" && own.scenarios.first?.name == "script")
        #expect(own.start == 1_772_445_630_000)
        #expect(own.call?.headers["X-A"] == "b" && own.call?.headers["VI-Client-Type"] == "pstn")
        #expect(own.phones["anna"]?.steps.first?.action == .refuse(code: 404))
        #expect(own.phones["boris"]?.steps.map(\.action) == [.ring, .answer, .dial("1#")])
        #expect(own.phones["boris"]?.steps.map(\.pause.milliseconds) == [1000, 120_000, 500])
        #expect(own.web.map(\.outcome).first == .answer(status: 500, type: "text/plain; charset=utf-8", body: ""))
        #expect(
            other.web.map(\.outcome) == [
                .answer(status: 200, type: "application/json", body: #"{"b":[1,"2",true,null,"c"]}"#)
            ])
        #expect(own.sounds.map(\.length?.milliseconds) == [3_600_000, nil])
        #expect(own.steps.map(\.event) == [.party("anna", .message("hello")), .request(#"{"c":1}"#)])
        #expect(own.expectations.map(\.isForbidden) == [false, false, true])
        #expect(own.expectations[1].subject == .command("b", fields: ["c": "1"]))
        #expect(other.call == nil && other.customData == #"{"d":1}"#)
    }

    @Test func aPatternFindsItsPiecesInOrder() {
        #expect(TextPattern("a*c").isFound(in: "xxabbcxx"))
        #expect(!TextPattern("c*a").isFound(in: "abc"))
        #expect(TextPattern("*").isFound(in: "anything") && TextPattern("").isFound(in: ""))
    }

    @Test func reportsCanBeReadByPeopleAndPrograms() {
        let outcome = TestOutcome(
            name: "say \"hi\"", failures: ["line 3: x is missing"],
            journal: [.init(.init(kind: .request, time: 62_300, text: "GET a"))],
            duration: SpokenTime(milliseconds: 62_300), elapsed: .seconds(1))
        var report = TestReport()
        report.files = [("a.yaml", [outcome])]
        #expect(
            report.tap(lines: 5) == """
                TAP version 13
                1..1
                # a.yaml
                not ok 1 - say "hi" # call of 62.3 s
                #   line 3: x is missing
                #   the last of 1 lines:
                #     00:01:02.3 → GET a
                # 0 of 1 tests passed
                """)
        #expect(
            report.json
                == #"{"tests":1,"failed":1,"files":[{"file":"a.yaml","tests":[{"name":"say \"hi\"","passed":false,"milliseconds":62300,"failures":["line 3: x is missing"],"journal":[{"ms":62300,"text":"→ GET a"}]}]}]}"#
        )
    }
}
