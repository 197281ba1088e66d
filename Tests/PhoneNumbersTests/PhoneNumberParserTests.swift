import PhoneNumbers
import Testing

@Suite struct PhoneNumberParserTests {
    @Test(
        "Every spelling in use becomes the same international digits",
        arguments: [
            "8 (495) 445-11-20", "+7 (495) 445-11-20", "+74954451120", "74954451120", "84954451120", "007495 445 11 20",
            "0117495 4451120", "810 7 495 445 11 20", "(495) 445-11-20", "495.445.11.20", "+7\u{A0}495\u{A0}445–11–20",
            "  8-495-4451120 ", "sip:74954451120@example.com", "tel:+7-495-445-11-20", "٨٤٩٥٤٤٥١١٢٠",
        ])
    func oneCanonicalForm(text: String) {
        #expect(PhoneNumberParser.parse(text, defaultRegion: .russia).number?.digits == "74954451120")
    }

    @Test(
        "A number is read as its region dials",
        arguments: [
            ("+7 911 222-33-44", Region.russia, "79112223344"),
            ("+84 24 3333 4444", .russia, "842433334444"),
            ("8 727 258 44 44", .kazakhstan, "77272584444"),
            ("810 49 30 901820", .kazakhstan, "4930901820"),
            ("030 901820", .germany, "4930901820"),
            ("0113 496 0000", .unitedKingdom, "441134960000"),
            ("(212) 555-2368", .unitedStates, "12125552368"),
            ("011 7 495 445 11 20", .unitedStates, "74954451120"),
            ("8 495 445 11 20", .germany, "74954451120"),
            ("380 44 490 00 00", .russia, "380444900000"),
            ("88002501860", .russia, "78002501860"),
            ("74012000001", .russia, "74012000001"),
        ])
    func regions(text: String, region: Region, digits: String) {
        #expect(PhoneNumberParser.parse(text, defaultRegion: region).number?.digits == digits)
    }

    @Test(
        "An extension is kept beside the number",
        arguments: [
            ("8 (495) 445-11-20 доб. 123", "123"), ("+74954451120 ext. 07", "07"), ("+74954451120x5", "5"),
            ("+74954451120#42", "42"), ("+74954451120,,801", "801"), ("tel:+74954451120;ext=12", "12"),
        ])
    func extensions(text: String, digits: String) throws {
        let number = try #require(PhoneNumber(digits: "74954451120"))
        let expected = try #require(ExtensionNumber(digits: digits))
        #expect(
            PhoneNumberParser.parse(text, defaultRegion: .russia) == .international(number, extension: expected))
    }

    @Test(
        "Internal, emergency and service numbers stay as dialled", arguments: ["2211", "112", "67", "*11", "#31#", "1"])
    func shortNumbers(text: String) {
        guard case .short(let number) = PhoneNumberParser.parse(text, defaultRegion: .russia) else {
            Issue.record("\(text) is a short number")
            return
        }
        #expect(number.text == text)
    }

    @Test(
        "A caller without a number is hidden",
        arguments: ["hidden", "Anonymous", "", "  ", "sip:anonymous@anonymous.invalid"])
    func hidden(text: String) {
        #expect(PhoneNumberParser.parse(text, defaultRegion: .russia) == .hidden)
    }

    @Test("A user name is not a number", arguments: ["test", "phone67", "user67", "Иван 2", "+", "8495; DROP TABLE"])
    func names(text: String) {
        #expect(PhoneNumberParser.parse(text, defaultRegion: .russia) == .name(text))
    }

    @Test(
        "Digits that fit no numbering plan are told apart, however many they are",
        arguments: ["445-11-20", "+1", "99999999999999999999", "0000000000000000000000000000000000000000"])
    func unrecognised(text: String) {
        guard case .unrecognised = PhoneNumberParser.parse(text, defaultRegion: .russia) else {
            Issue.record("\(text) is not a number")
            return
        }
    }

    @Test("A text of any length is answered", arguments: [101, 10_000])
    func longTexts(count: Int) {
        let text = String(repeating: "7", count: count)
        #expect(PhoneNumberParser.parse(text, defaultRegion: .russia) == .name(text))
    }

    @Test(
        "Only canonical digits make a number",
        arguments: ["0749544511", "+74954451120", "7495", "1234567890123456", "74954451x20"])
    func canonicalOnly(digits: String) {
        #expect(PhoneNumber(digits: digits) == nil)
    }

    @Test("A number shows only its length and its last two digits")
    func redaction() throws {
        let number = try #require(PhoneNumber(digits: "74954451120"))
        #expect("\(number)" == "*9*20")
        #expect(String(reflecting: number) == "*9*20")
        #expect(RedactedNumber("2211").description == "****")
    }

    @Test(
        "A number knows its country",
        arguments: [
            ("74954451120", Region?.some(.russia)), ("77272584444", .kazakhstan), ("4930901820", .germany),
            ("80012345678", nil), ("9999999999", nil),
        ])
    func countries(digits: String, region: Region?) throws {
        #expect(try #require(PhoneNumber(digits: digits)).region == region)
    }

    @Test("A region without a numbering plan is refused", arguments: ["ZZ", "", "RUS", "7"])
    func unknownRegions(code: String) {
        #expect(Region(code: code) == nil)
        #expect(Region(code: "kz")?.countryCode == .russiaAndKazakhstan)
    }
}
