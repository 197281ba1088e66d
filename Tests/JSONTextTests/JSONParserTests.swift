import JSONText
import Testing

private func parse(_ text: String) throws(JSONError) -> JSON { try JSONParser.parse(text.utf8) }

@Suite struct JSONParserTests {
    @Test(
        "Each kind of value",
        arguments: [
            ("null", JSON.null), (" true ", .flag(true)), ("false", .flag(false)), ("0", .integer(0)),
            ("-17", .integer(-17)), ("9223372036854775807", .integer(.max)), ("9223372036854775808", .real(0x1p63)),
            ("1.5", .real(1.5)), ("2.0", .integer(2)), ("1e3", .integer(1000)), ("-2.5E-1", .real(-0.25)),
            (#""""#, .text("")), (#""Анна ☎""#, .text("Анна ☎")), ("[]", .list([])), ("{}", .object([:])),
            ("\t[1,\r\n\"a\" , [ null ] ]", .list([.integer(1), .text("a"), .list([.null])])),
            (#"{"a":{"b":[true]},"c" : 1}"#, .object(["a": .object(["b": .list([.flag(true)])]), "c": .integer(1)])),
            (#"{"a":1,"a":2}"#, .object(["a": .integer(2)])),
        ])
    func values(text: String, value: JSON) throws {
        #expect(try parse(text) == value)
    }

    @Test(
        "Escapes in texts",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u2603""#, "Aé☃"),
            (#""\ud83d\ude00!""#, "😀!"), (#""a\u0000b""#, "a\0b"), (#""e\u0301""#, "e\u{301}"),
        ])
    func escapes(text: String, value: String) throws {
        #expect(try parse(text) == .text(value))
    }

    @Test(
        "What is no JSON is refused",
        arguments: [
            "", " ", "nul", "truefalse", "1 2", "01", "-", "1.", ".5", "1e", "+1", "1e999", "NaN", "'a'", "\"", "\"a",
            "\"\u{1}\"", #""\x""#, #""\u12""#, #""\ud83d""#, #""\ud83dx""#, #""\ud83d\u0041""#, #""\ude00""#, "[", "[1",
            "[1,]", "[,1]", "[1 2]", "{", "{a:1}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a" 1}"#, "]", "}",
            #"{"a":1]"#, "\u{FEFF}1",
        ])
    func refused(text: String) {
        #expect(throws: JSONError.self) { _ = try parse(text) }
    }

    @Test("Octets that are no UTF-8 are refused")
    func wrongOctets() {
        for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] {
            #expect(throws: JSONError.self) { try JSONParser.parse(bytes, as: JSON.self) }
        }
    }

    @Test("Values nest to the limit and no further")
    func depth() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        #expect(throws: Never.self) { try parse(nested(JSONParser.deepest)) }
        #expect(throws: JSONError.self) { try parse(nested(JSONParser.deepest + 1)) }
        #expect(throws: JSONError.self) { try parse(String(repeating: "[{\"a\":", count: 100_000)) }
    }

    @Test("An error tells its place and nothing of the text")
    func place() {
        let error = #expect(throws: JSONError.self) { try parse(#"{"secret":x}"#) }
        #expect(error?.offset == 10)
        #expect(error?.description.contains("secret") == false)
    }

    @Test("What is quoted is read back", arguments: ["", "plain ☎", "\"\\\n\r\t\u{1}\u{1F}", "/e\u{301}\u{7F}"])
    func quoted(text: String) throws {
        var quoted = ""
        quoted.appendJSON(text)
        #expect(try parse(quoted) == .text(text))
    }
}
