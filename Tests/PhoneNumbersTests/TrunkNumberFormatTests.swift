import PhoneNumbers
import Testing

@Suite struct TrunkNumberFormatTests {
    static let russian = CountryCode.russiaAndKazakhstan

    @Test(
        "Each trunk gets the number as its operator wants it",
        arguments: [
            (TrunkNumberFormat.plainDigits, "74954451120", "74954451120"),
            (.leadingPlus, "74954451120", "+74954451120"),
            (.leadingPlus, "4930901820", "+4930901820"),
            (.national(russian), "74954451120", "4954451120"),
            (.national(russian, prefix: "8", internationalPrefix: "810"), "74954451120", "84954451120"),
            (.national(russian), "4930901820", "004930901820"),
            // Kazakhstan: 8495 instead of 7495, also for Kazakh numbers; 810 for every other country.
            (.kazakhstan, "74954451120", "84954451120"),
            (.kazakhstan, "77272584444", "87272584444"),
            (.kazakhstan, "4930901820", "8104930901820"),
            (.kazakhstan, "380444900000", "810380444900000"),
            (TrunkNumberFormat(dialPrefix: "9"), "74954451120", "974954451120"),
            (
                TrunkNumberFormat(homeCountry: russian, home: .national(prefix: "8"), dialPrefix: "0,"), "79112233444",
                "0,89112233444"
            ),
        ])
    func writing(format: TrunkNumberFormat, digits: String, written: String) throws {
        let number = try #require(PhoneNumber(digits: digits))
        #expect(format.write(number) == written)
    }

    @Test(
        "What a trunk writes is read back as the same number",
        arguments: [
            TrunkNumberFormat.plainDigits, .leadingPlus, .national(russian), .kazakhstan,
            .national(russian, prefix: "8", internationalPrefix: "810"),
            TrunkNumberFormat(
                homeCountry: russian, home: .national(prefix: "8"), abroad: .international(prefix: "+"), dialPrefix: "9"
            ),
        ], ["74954451120", "77272584444", "4930901820", "12125552368", "380444900000"])
    func reading(format: TrunkNumberFormat, digits: String) throws {
        let number = try #require(PhoneNumber(digits: digits))
        #expect(format.read(format.write(number)) == number)
    }

    @Test("A text in another format is not read", arguments: ["74954451120", "", "+", "+0495", "9+74954451120"])
    func otherFormats(text: String) {
        #expect(TrunkNumberFormat.leadingPlus.read(text) == nil)
    }
}
