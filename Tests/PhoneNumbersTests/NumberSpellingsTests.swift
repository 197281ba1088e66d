import Testing

@testable import PhoneNumbers

@Suite struct NumberSpellingsTests {
    @Test func `a number at home has national and international spellings`() throws {
        let number = try #require(PhoneNumber(digits: "79112233444"))
        let spellings = number.spellings(in: .russia)
        #expect(spellings.first == "79112233444")
        for text in ["89112233444", "9112233444", "81079112233444"] { #expect(spellings.contains(text), "\(text)") }
        #expect(Set(spellings).count == spellings.count)
    }

    @Test func `a foreign number has international ones only`() throws {
        let number = try #require(PhoneNumber(digits: "4930123456"))
        let spellings = number.spellings(in: .russia)
        #expect(spellings.contains("004930123456") && !spellings.contains("030123456"))
        #expect(number.spellings(in: .germany).contains("030123456"))
    }

    @Test(arguments: ["79112233444", "4930123456", "12125550123", "442079460000"])
    func `each spelling is read as the number itself`(digits: String) throws {
        let number = try #require(PhoneNumber(digits: digits))
        for region in [Region.russia, .germany, .unitedStates, .unitedKingdom] {
            for text in number.spellings(in: region) where text != digits {
                #expect(PhoneNumberParser.parse(text, defaultRegion: region).number == number, "\(text)")
            }
        }
    }
}
