import Testing
import WorkerProtocol

struct ScenarioValueTests {
    @Test(arguments: [
        ("null", ScenarioValue.null), ("true", .bool(true)), (" [ ] ", .list([])), ("{}", .map([:])),
        ("-12", .int(-12)), ("9223372036854775807", .int(.max)), ("1.5e2", .double(150)), ("302", .int(302)),
        ("18446744073709551616", .double(18_446_744_073_709_551_616)),
        (#""a\"\\\/\n\t\u0041""#, .string("a\"\\/\n\tA")), (#""\ud83d\ude00""#, .string("😀")),
        (#""\ud83d""#, .string("\u{FFFD}")), (#""\ud83dx""#, .string("\u{FFFD}x")),
        (
            #"{"a":[1,{"b":"ж"}],"c":false}"#,
            .map(["a": .list([.int(1), .map(["b": .string("ж")])]), "c": .bool(false)])
        ),
        (#"{"a":1,"a":2}"#, .map(["a": .int(2)])),
    ]) func validTextIsRead(text: String, value: ScenarioValue) throws {
        #expect(try JSONReader.read(text.utf8) == value)
    }

    @Test(arguments: [
        "", "tru", "[1", "[1 2]", "{\"a\" 1}", "{a:1}", "\"a", "\"\\x\"", "\"\\u12\"", "1 2", "-", "\"a\nb\"", "[,]",
        "1e999",
    ]) func invalidTextIsAnError(text: String) {
        #expect(throws: JSONReadError.self) { try JSONReader.read(text.utf8) }
    }

    @Test func nestingIsLimited() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONReadError.self) { try JSONReader.read(deep.utf8) }
        let allowed = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
        #expect(throws: Never.self) { try JSONReader.read(allowed.utf8) }
    }

    @Test func writtenValuesReadBackTheSame() throws {
        let value = ScenarioValue.map([
            "text": .string("line\nbreak \"quoted\" \u{1} ж 😀"), "list": .list([.null, .bool(false), .double(0.25)]),
            "empty": .string(""), "number": .int(-7),
        ])
        #expect(try JSONReader.read(value.json) == value)
    }

    @Test func whatJSONCannotSayBecomesNull() throws {
        let value = ScenarioValue.list([.void, .double(.infinity), .double(.nan)])
        #expect(String(decoding: value.json, as: UTF8.self) == "[null,null,null]")
    }
}
